"""What a rewriting was asked to do, what it did, and how it says that it cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from stix_models.problems import Problem
from stix_models.pseudonyms.keys import PseudonymKey


@dataclass(frozen=True, slots=True, kw_only=True)
class RewritingOptions:
    """How to rewrite. What is left of an account refuses the bundle unless these say otherwise."""

    previous_key: PseudonymKey | None = None  # while keys change: its pseudonyms as well
    created_by_ref: str | None = None  # who joins two accounts; by default who names them first
    created: str | None = None  # when, a timestamp; by default when they are named first
    redact: bool = False  # put pseudonyms in place of identifiers in texts
    whole_words: bool = False  # a short identifier inside of a longer word only warns
    reviewed: frozenset[str] = frozenset()  # marks of finds that a person looked at
    known_extensions: frozenset[str] = frozenset()  # foreign ones that may stay; a person read them
    show_identifiers: bool = False  # in messages


@dataclass(frozen=True, slots=True)
class Replaced:
    """One raw account: where it stood, what it became, and how often it was named."""

    pointer: str
    old_id: str
    new_ids: tuple[str, ...]  # the first stands wherever the old one stood
    references: int
    left_out: tuple[str, ...]  # properties and extensions


@dataclass(slots=True)
class RewritingReport:
    """What was done to a bundle. It holds old ids, so it stays with whoever holds the bundle."""

    replaced: list[Replaced] = field(default_factory=list)
    already_pseudonymous: Counter[str] = field(default_factory=Counter)  # by key_id
    joined: int = 0  # relationships made
    merged: int = 0  # objects that became equal to another one and went
    renamed: dict[str, str] = field(default_factory=dict)  # other ids that told an old one
    opencti_extensions: int = 0  # removed
    redacted: Counter[str] = field(default_factory=Counter)  # by pointer
    warnings: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A bundle in which no raw identifier of an account is left, and what was done to it."""

    bundle: dict[str, Any]
    report: RewritingReport


class CannotRewriteError(ValueError):
    """The bundle cannot be rewritten whole; ``problems`` says where and what to do."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{one.pointer}: {one.message}" for one in self.problems))
