"""What three judges say of an object: our validation, and the two that it is held to."""

from __future__ import annotations

import copy
import warnings
from dataclasses import dataclass
from typing import Any

import stix2
from stix2validator import ValidationOptions, validate_instance

from stix_models.problems import Problem
from stix_models.validation import validate

LIBRARY = "stix2.parse"
VALIDATOR = "stix2-validator"

# The recommendations are what takes most of its time; they never refuse.
_OPTIONS = ValidationOptions(version="2.1", disabled="all")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an oracle refuses an object, with its words; no reason means that it accepts."""

    reasons: tuple[str, ...]

    @property
    def accepts(self) -> bool:
        return not self.reasons


def our_errors(obj: Any) -> list[Problem]:
    """Return what our validation refuses the object for."""
    problems = validate(obj, accept_undeclared_types=False)
    return [problem for problem in problems if problem.severity == "error"]


def ask_library(obj: Any) -> Verdict:
    """Ask ``stix2.parse``, which allows no custom content here."""
    try:
        with warnings.catch_warnings():  # that something is deprecated refuses nothing
            warnings.simplefilter("ignore")
            stix2.parse(copy.deepcopy(obj), allow_custom=False, version="2.1")
    except Exception as error:
        return Verdict((f"{type(error).__name__}: {error}",))
    return Verdict(())


def ask_validator(obj: Any) -> Verdict:
    """Ask ``stix2-validator``; an exception counts as a refusal and is told as one."""
    try:
        results = validate_instance(copy.deepcopy(obj), _OPTIONS)
    except Exception as error:
        return Verdict((f"{type(error).__name__}: {error}",))
    return Verdict(tuple(str(error) for error in results.errors))


ORACLES = {LIBRARY: ask_library, VALIDATOR: ask_validator}
