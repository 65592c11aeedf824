"""Generated objects: parts of the complete examples, and then none, one or two mutations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from tests.stix_models.agreement.examples import Stix, examples
from tests.stix_models.agreement.mutations import mutate
from tests.stix_models.agreement.oracles import our_errors

OBJECTS_OF_EACH = 95


@dataclass(frozen=True, slots=True)
class Generated:
    """One object and how it came to be."""

    obj: Stix
    mutations: tuple[str, ...]


@cache
def generated(name: str) -> tuple[Generated, ...]:
    """Return the objects of one name; nobody may change them."""
    return tuple(generate(name, OBJECTS_OF_EACH))


def generate(name: str, count: int) -> Iterator[Generated]:
    """Yield objects made of one example's, the same ones each time."""
    for number in range(count):
        random = Random(f"{name} {number}")
        obj = random.choice(examples(name))
        if number % 4:
            _thin_out(random, obj)
        changes = random.choice([0, 1, 1, 1, 1, 1, 1, 2])
        done = tuple(mutate(random, obj) for _ in range(changes))
        yield Generated(obj, done)


def _thin_out(random: Random, obj: Stix) -> None:
    """Leave out half of what may be left out: smaller objects show one thing at a time."""
    for key in list(obj):
        if random.random() < 0.5:
            value = obj.pop(key)
            if our_errors(obj):
                obj[key] = value
