"""What a pull does to objects for a tool that cannot take them as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from taxii_server.client.bundles import StixText

PROFILES = ("opencti",)
"""The names of all profiles."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How objects are rewritten, one by one, as they arrive.

    Both functions look at the object alone, so that the result is the same whatever
    page or pull it comes in, and on every machine.
    """

    name: str
    rewrite: Callable[[StixText], Sequence[StixText]]
    """What the tool gets instead; nothing if it has no place for the object."""
    origin: Callable[[StixText], str | None]
    """What tells the versions of one object: of those that are equal here, the newest stays.

    ``None`` for an object that has no versions.
    """


def load_profile(name: str) -> Profile:
    """Return a profile, whose module is imported only here: a plain pull starts without it."""
    module = import_module(f"taxii_server.client.{name}.profile")
    found: Profile = module.PROFILE
    return found
