"""How much faster than ``stix2.parse`` an object is validated, both in one run.

    python -m benchmarks.validation [--rounds N] [--json]

The sample is every object of the demo story and every example of the extension set.
In each round the sample is parsed strictly (``allow_custom=False``), then validated
once, while the processor's caches are full of what the library did ("cold"), and then
validated as often as takes some ten milliseconds, as the thousands of objects of a
large push are; the fastest round counts. The goal is 50 times as fast, warm. The
figures of each type are measured in the same way. The last column is
``stix2-validator``, which is asked once, without its recommendations.

Validation includes the warnings; the library has none.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import platform
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import stix2
from stix2validator import ValidationOptions, validate_instance

from stix_models.problems import Problem
from stix_models.validation import validate
from taxii_server.demo.story import story

Stix = dict[str, Any]

ROUNDS = 50
AT_LEAST = 50  # objects of a round; fewer are repeated
WARM = 3_000  # validations in a row
ALL = "all"
GOAL = 50  # times

_OPTIONS = ValidationOptions(version="2.1", disabled="all")


@dataclass(frozen=True, slots=True)
class Timed:
    """What objects take each, in microseconds, and how many there are."""

    name: str  # of their type, or ``ALL``
    objects: int
    ours: float
    cold: float  # ours, right after the library
    library: float
    validator: float


def sample() -> list[Stix]:
    """Return the objects of the demo story and the extension set's examples."""
    folder = resources.files("stix_models") / "examples"
    found = [json.loads(file.read_bytes()) for file in folder.iterdir()]
    told = [obj for part in story() for obj in part.content["objects"]]
    return [*told, *found]


def measure(objects: Sequence[Stix], rounds: int) -> list[Timed]:
    """Time the objects, type by type and then all, with each of the three in turn.

    Raises:
        ValueError: Our validation refuses an object of the sample. What the library
            raises when it refuses one is not caught either.
    """
    of_type: dict[str, list[Stix]] = defaultdict(list)
    for obj in objects:
        errors = [problem for problem in _validate(obj) if problem.severity == "error"]
        if errors:
            raise ValueError(f"{obj['id']}: {errors[0].pointer}: {errors[0].message}")
        of_type[obj["type"]].append(obj)
    each = [_measure(name, found, rounds) for name, found in sorted(of_type.items())]
    return [*each, _measure(ALL, objects, rounds)]


def _measure(name: str, objects: Sequence[Stix], rounds: int) -> Timed:
    enough = list(objects) * math.ceil(AT_LEAST / len(objects))
    often = enough * math.ceil(WARM / len(enough))
    ours, cold, library = float("inf"), float("inf"), float("inf")
    for _ in range(rounds):
        library = min(library, _microseconds(_parse, enough))
        cold = min(cold, _microseconds(_validate, enough))
        ours = min(ours, _microseconds(_validate, often))
    validator = _microseconds(_validate_slowly, objects)
    return Timed(name, len(objects), ours, cold, library, validator)


def _validate(obj: Stix) -> list[Problem]:
    return validate(obj, accept_undeclared_types=False)


def _parse(obj: Stix) -> object:
    return stix2.parse(obj, allow_custom=False, version="2.1")


def _validate_slowly(obj: Stix) -> object:
    return validate_instance(obj, _OPTIONS)


def _microseconds(judge: Callable[[Stix], object], objects: Sequence[Stix]) -> float:
    """Return the time per object of judging them one after the other."""
    start = time.perf_counter()
    for obj in objects:
        judge(obj)
    return (time.perf_counter() - start) * 1e6 / len(objects)


def _table(timed: Sequence[Timed]) -> str:
    lines = [
        "type                         objects  ours us  cold us  parse us   times  validator times"
    ]
    lines += [
        f"{one.name:29}{one.objects:7}{one.ours:9.1f}{one.cold:9.1f}{one.library:10.1f}"
        f"{one.library / one.ours:8.1f}{one.validator / one.ours:17.0f}"
        for one in timed
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, and return 0 if the goal is reached."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    timed = measure(sample(), options.rounds)
    whole = timed[-1]
    if options.json:
        print(json.dumps([dataclasses.asdict(one) for one in timed]))
    else:
        print(_table(timed))
        print(f"{platform.python_implementation()} {platform.python_version()}; goal {GOAL} times")
    return 0 if whole.library / whole.ours >= GOAL else 1


if __name__ == "__main__":
    raise SystemExit(main())
