"""How much faster than ``stix2.parse`` an object is validated, both in one run.

    python -m benchmarks.validation [--rounds N] [--json]

The sample is every object of the demo story and every example of the extension set.
The objects of a type are validated, and parsed strictly (``allow_custom=False``), in
turn, so that both meet the same machine, and the fastest of the rounds counts. The
goal is 50 times as fast, by the time that the whole sample takes. The last column is
the same with ``stix2-validator``, which is asked once, without its recommendations.

Validation includes the warnings; the library has none.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
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
GOAL = 50  # times

_OPTIONS = ValidationOptions(version="2.1", disabled="all")


@dataclass(frozen=True, slots=True)
class Timed:
    """What the objects of a type take each, in microseconds, and how many there are."""

    type_name: str
    objects: int
    ours: float
    library: float
    validator: float


def sample() -> list[Stix]:
    """Return the objects of the demo story and the extension set's examples."""
    folder = resources.files("stix_models") / "examples"
    found = [json.loads(file.read_bytes()) for file in folder.iterdir()]
    told = [obj for part in story() for obj in part.content["objects"]]
    return [*told, *found]


def measure(objects: Sequence[Stix], rounds: int) -> list[Timed]:
    """Time the objects, type by type, with each of the three in turn.

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
    return [_measure(name, found, rounds) for name, found in sorted(of_type.items())]


def _measure(type_name: str, objects: Sequence[Stix], rounds: int) -> Timed:
    ours, library = float("inf"), float("inf")
    for _ in range(rounds):
        ours = min(ours, _microseconds(_validate, objects))
        library = min(library, _microseconds(_parse, objects))
    validator = _microseconds(_validate_slowly, objects)
    return Timed(type_name, len(objects), ours, library, validator)


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


def total(timed: Sequence[Timed]) -> Timed:
    """Return the same for all objects together."""
    count = sum(one.objects for one in timed)

    def mean(name: str) -> float:
        return sum(float(getattr(one, name)) * one.objects for one in timed) / count

    return Timed("all", count, mean("ours"), mean("library"), mean("validator"))


def _table(timed: Sequence[Timed]) -> str:
    lines = ["type                         objects  ours us   parse us   times  validator times"]
    lines += [
        f"{one.type_name:29}{one.objects:7}{one.ours:9.1f}{one.library:11.1f}"
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
    whole = total(timed)
    if options.json:
        print(json.dumps([dataclasses.asdict(one) for one in [*timed, whole]]))
    else:
        print(_table([*timed, whole]))
        print(f"{platform.python_implementation()} {platform.python_version()}; goal {GOAL} times")
    return 0 if whole.library / whole.ours >= GOAL else 1


if __name__ == "__main__":
    raise SystemExit(main())
