"""Small changes of a good object, each of a kind that people and programs really make.

A mutation changes the object in place at a place that the random generator draws,
and returns whether it found one. Not every mutation makes an object bad: that is
for the three judges to say.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from tests.stix_models.agreement import values

Stix = dict[str, Any]
Place = tuple[Any, Any]  # a dict or list, and a key or index in it
Mutation = Callable[[Random, Stix], bool]

_ENDLESS = 20
"""Letters of an extension's key from which on stix2-validator's pattern takes ages."""


def mutate(random: Random, obj: Stix) -> str:
    """Change the object once and return the name of what was done."""
    while True:
        (mutation,) = random.choices(MUTATIONS, WEIGHTS)
        if mutation(random, obj):
            return mutation.__name__


def places(value: Any) -> Iterator[Place]:
    """Yield every place of a JSON value, outermost first."""
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    found = [(value, key) for key, _ in steps]
    yield from found
    for container, key in found:
        if isinstance(container[key], dict | list):
            yield from places(container[key])


def _draw(random: Random, obj: Stix, wanted: Callable[[Any, Any], bool]) -> Place | None:
    found = [(at, key) for at, key in places(obj) if wanted(key, at[key])]
    return random.choice(found) if found else None


def _put(random: Random, place: Place | None, options: tuple[Any, ...]) -> bool:
    if place is None:
        return False
    place[0][place[1]] = copy.deepcopy(random.choice(options))
    return True


def drop(random: Random, obj: Stix) -> bool:
    """Leave a property out."""
    place = _draw(random, obj, lambda key, value: isinstance(key, str))
    assert place is not None
    del place[0][place[1]]
    return True


def drop_top(random: Random, obj: Stix) -> bool:
    """Leave a property of the object itself out."""
    del obj[random.choice(list(obj))]
    return True


def other_type(random: Random, obj: Stix) -> bool:
    """Put a value of another JSON type anywhere."""
    return _put(random, _draw(random, obj, lambda key, value: True), values.OTHER_TYPES)


def other_type_top(random: Random, obj: Stix) -> bool:
    """Put a value of another JSON type in a property of the object itself."""
    return _put(random, (obj, random.choice(list(obj))), values.OTHER_TYPES)


def empty(random: Random, obj: Stix) -> bool:
    """Empty a list or a dictionary."""
    place = _draw(random, obj, lambda key, value: isinstance(value, dict | list))
    if place is None:
        return False
    place[0][place[1]] = type(place[0][place[1]])()
    return True


def null(random: Random, obj: Stix) -> bool:
    """Write null, as programs do for what they do not know."""
    return _put(random, _draw(random, obj, lambda key, value: True), (None,))


def number(random: Random, obj: Stix) -> bool:
    """Put a number at the edge of what is allowed, or beyond."""
    place = _draw(
        random, obj, lambda key, value: isinstance(value, int | float) and value is not True
    )
    return _put(random, place, values.NUMBERS)


def text(random: Random, obj: Stix) -> bool:
    """Put an odd text."""
    return _put(random, _draw(random, obj, lambda key, value: _is_text(value)), values.TEXTS)


def word(random: Random, obj: Stix) -> bool:
    """Put a term of another vocabulary, or none."""
    place = _draw(random, obj, lambda key, value: _is_text(value) and len(value) < 40)
    return _put(random, place, values.WORDS)


def timestamp(random: Random, obj: Stix) -> bool:
    """Write a time in another form, or one that does not exist."""
    return _put(random, _draw(random, obj, _is_time), values.TIMESTAMPS)


def order_of_times(random: Random, obj: Stix) -> bool:
    """Let two times of the object change places, or be equal."""
    found = [key for key, value in obj.items() if _is_time(key, value)]
    if len(found) < 2:
        return False
    one, two = random.sample(found, 2)
    obj[one], obj[two] = obj[two], random.choice([obj[one], obj[two]])
    return True


def reference_type(random: Random, obj: Stix) -> bool:
    """Refer to an object of another type."""
    place = _draw(random, obj, lambda key, value: _is_id(value) and key != "id")
    if place is None:
        return False
    kept = place[0][place[1]].partition("--")[2]
    place[0][place[1]] = f"{random.choice(values.TYPES)}--{kept}"
    return True


def identifier(random: Random, obj: Stix) -> bool:
    """Spoil the UUID of an identifier."""
    place = _draw(random, obj, lambda key, value: _is_id(value))
    if place is None:
        return False
    kept = place[0][place[1]].partition("--")[0]
    joint = random.choice(["--", "--", "--", "-"])
    place[0][place[1]] = kept + joint + random.choice(values.UUIDS)
    return True


def own_type(random: Random, obj: Stix) -> bool:
    """Rename the object's type, at times in its id too."""
    name = random.choice(values.TYPES)
    if random.random() < 0.5:
        obj["id"] = f"{name}--{values.UUID4}"
    obj["type"] = name
    return True


def spec_version(random: Random, obj: Stix) -> bool:
    """Say another version of STIX, or none."""
    return _put(random, (obj, "spec_version"), ("2.0", "2.2", "2.1 ", "", 2.1, None))


def unknown_property(random: Random, obj: Stix) -> bool:
    """Add a property that the type does not have."""
    value = copy.deepcopy(
        random.choice((*values.OTHER_TYPES, "text", "text", "2024-01-10T08:00:00.000Z"))
    )
    obj[random.choice(values.PROPERTY_NAMES)] = value
    return True


def unknown_key(random: Random, obj: Stix) -> bool:
    """Add a key to a dictionary inside."""
    place = _draw(random, obj, lambda key, value: isinstance(value, dict))
    if place is None:
        return False
    names = [*values.DICTIONARY_KEYS, *values.PROPERTY_NAMES[:10]]
    if place[1] == "extensions":
        names = [name for name in names if len(name) < _ENDLESS]
    place[0][place[1]][random.choice(names)] = copy.deepcopy(random.choice(values.OTHER_TYPES))
    return True


def hashes(random: Random, obj: Stix) -> bool:
    """Put a hash that is no hash of this kind, or another name of a kind."""
    place = _draw(random, obj, lambda key, value: key in ("hashes", "file_header_hashes"))
    if place is None or not isinstance(place[0][place[1]], dict):
        return False
    found = place[0][place[1]]
    names = [*found, "SHA256", "sha-1", "x_own", "x", "MD5 "]
    found[random.choice(names)] = random.choice(values.HASHES)
    return True


def extension(random: Random, obj: Stix) -> bool:
    """Add an extension, good or bad."""
    key, content = random.choice(values.EXTENSIONS)
    held = obj.setdefault("extensions", {})
    if not isinstance(held, dict):
        return False
    held[key] = copy.deepcopy(content)
    return True


def external_reference(random: Random, obj: Stix) -> bool:
    """Put an external reference, good or bad."""
    obj["external_references"] = [copy.deepcopy(random.choice(values.REFERENCES))]
    return True


def granular_marking(random: Random, obj: Stix) -> bool:
    """Put a granular marking, good or bad."""
    found = copy.deepcopy(random.choice(values.MARKINGS))
    if random.random() < 0.5:
        found["selectors"] = [random.choice(values.SELECTORS)]
    obj["granular_markings"] = [found]
    return True


def language(random: Random, obj: Stix) -> bool:
    """Put a language code, good or bad."""
    if isinstance(obj.get("contents"), dict) and random.random() < 0.7:
        obj["contents"][random.choice(values.LANGUAGES)] = {"name": "Name"}
    elif isinstance(obj.get("languages"), list) and random.random() < 0.7:
        obj["languages"] = [random.choice(values.LANGUAGES)]
    else:
        obj["lang"] = random.choice(values.LANGUAGES)
    return True


def address(random: Random, obj: Stix) -> bool:
    """Put another address."""
    return "value" in obj and _put(random, (obj, "value"), values.ADDRESSES)


def pattern(random: Random, obj: Stix) -> bool:
    """Put another detection pattern."""
    return "pattern" in obj and _put(random, (obj, "pattern"), values.PATTERNS)


def twice(random: Random, obj: Stix) -> bool:
    """Say an item of a list twice."""
    place = _draw(random, obj, lambda key, value: isinstance(value, list) and bool(value))
    if place is None:
        return False
    found = place[0][place[1]]
    found.append(copy.deepcopy(found[0]))
    return True


def swap(random: Random, obj: Stix) -> bool:
    """Let the values of two properties change places."""
    one, two = random.sample(sorted(obj), 2) if len(obj) > 1 else (next(iter(obj)),) * 2
    obj[one], obj[two] = obj[two], obj[one]
    return True


def nest(random: Random, obj: Stix) -> bool:
    """Wrap a value in lists and objects, up to 60 deep."""
    at, key = random.choice(list(places(obj)))
    for level in range(random.choice([1, 2, 60])):
        at[key] = {"abc": at[key]} if level % 2 else [at[key]]
    return True


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not _is_id(value) and not _is_time("", value)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and "--" in value and len(value) > 37


def _is_time(key: Any, value: Any) -> bool:
    return isinstance(value, str) and len(value) >= 20 and value[4:5] == "-" and value[10:11] == "T"


_WEIGHTED: tuple[tuple[Mutation, int], ...] = (
    *((found, 3) for found in (drop_top, other_type_top, other_type, reference_type, timestamp)),
    *((found, 2) for found in (drop, null, empty, number, text, word, order_of_times, identifier)),
    *((found, 2) for found in (unknown_property, unknown_key, extension, hashes, granular_marking)),
    *((found, 1) for found in (own_type, spec_version, external_reference, language, twice)),
    *((found, 1) for found in (swap, nest)),
    *((found, 9) for found in (address, pattern)),  # of few types
)
MUTATIONS = [found for found, _ in _WEIGHTED]
WEIGHTS = [weight for _, weight in _WEIGHTED]
