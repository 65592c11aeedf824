"""Rewriting a bundle: pseudonyms for its accounts, and nothing of the raw ones left.

A bundle is rewritten whole or not at all. Beside the accounts three things would tell
who they are, and are dealt with: ids made of raw identifiers (an account's, then a
relationship's that is made of an account's, and so on) are made anew; OpenCTI's
extensions, which repeat names, go; and what is written about an account in texts refuses
the bundle, because only a person can say what may stay.

The output depends on input, key and options alone. Objects keep their place, their
dates, their creator and their markings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stix_models.problems import Problem
from stix_models.pseudonyms.accounts import (
    PROPERTY_OF_KIND,
    identifiers_of,
    is_pseudonymous,
    keyed_id,
    left_out,
    pseudonymous_accounts,
)
from stix_models.pseudonyms.checking import (
    USER_ACCOUNT,
    address_problems,
    bundle_problems,
    error,
    selector_problems,
    translation_problems,
)
from stix_models.pseudonyms.joining import Author, authors, relationships_between
from stix_models.pseudonyms.keys import PseudonymKey
from stix_models.pseudonyms.leftovers import Finder, Identifier
from stix_models.pseudonyms.merging import Item, merge
from stix_models.pseudonyms.opencti import without_opencti
from stix_models.pseudonyms.proving import prove
from stix_models.pseudonyms.renaming import Renaming, ids_in, is_name_based, made_id
from stix_models.pseudonyms.report import (
    CannotRewriteError,
    Replaced,
    RewritingOptions,
    RewritingReport,
    Rewritten,
)
from stix_models.pseudonyms.searching import Searcher
from stix_models.rules_pseudonym import PSEUDONYMOUS

Stix = Mapping[str, Any]

_MADE_OF_ENDS = frozenset({"relationship", "sighting", "observed-data"})
"""Types whose name-based ids, of whatever tool, are made of the ids they name."""


def rewrite_bundle(
    bundle: Any, key: PseudonymKey, options: RewritingOptions | None = None
) -> Rewritten:
    """Return a copy of a bundle in which accounts are pseudonymous.

    Args:
        bundle: Any JSON value; it is not changed.
        key: The circle's.
        options: What a person decided; by default whatever is left refuses.

    Raises:
        CannotRewriteError: Something of a raw account would be left, or something about
            it is not known well enough; the error has every problem.
    """
    _refuse(bundle_problems(bundle))
    return _Rewriting(bundle, key, options or RewritingOptions()).run()


class _Rewriting:
    """One bundle being rewritten; the steps are in ``run``, in their order."""

    def __init__(self, bundle: Stix, key: PseudonymKey, options: RewritingOptions) -> None:
        self._bundle = bundle
        self._key = key
        self._options = options
        self._report = RewritingReport()
        self._items: list[Item] = []
        self._identifiers: list[Identifier] = []
        self._new_ids: dict[str, str] = {}  # of raw accounts, by old id in small letters
        self._redacted: set[int] = set()  # origins

    def run(self) -> Rewritten:
        objects = self._without_opencti()
        raw_ids = frozenset(obj["id"].lower() for obj in objects if _is_raw(obj))
        _refuse(translation_problems(objects, raw_ids))
        _refuse(address_problems(objects, raw_ids))
        self._replace_accounts(objects, raw_ids)
        self._name_new_accounts()
        if self._options.redact:
            self._redact()
        self._remake_ids()
        items, problems = merge(self._items)
        self._report.merged = len(self._items) - len(items)
        _refuse(problems)
        rewritten = {**self._other_members(), "objects": [item.now for item in items]}
        if "objects" not in self._bundle:
            del rewritten["objects"]
        searcher = Searcher(Finder(self._identifiers), self._key, self._key_ids())
        problems, self._report.warnings = prove(rewritten, items, searcher, self._options)
        _refuse(problems)
        return Rewritten(rewritten, self._report)

    def _without_opencti(self) -> list[dict[str, Any]]:
        objects = []
        for obj in self._bundle.get("objects", []):
            cleaned, count = without_opencti(obj)
            self._report.opencti_extensions += count
            objects.append(cleaned)
        return objects

    def _replace_accounts(self, objects: list[dict[str, Any]], raw_ids: frozenset[str]) -> None:
        signed = authors(objects, raw_ids)
        problems: list[Problem] = []
        for place, obj in enumerate(objects):
            if not _is_raw(obj):
                self._items.append(Item(place, obj, obj))
                if obj["type"] == USER_ACCOUNT:
                    key_id = obj["extensions"][PSEUDONYMOUS]["key_id"]
                    self._report.already_pseudonymous[key_id] += 1
                continue
            problems += self._replace(place, obj, signed.get(obj["id"].lower()))
        _refuse(problems)

    def _replace(self, place: int, raw: Stix, signed: Author | None) -> list[Problem]:
        """Put what a raw account becomes in its place; return what keeps it from that."""
        old_id, previous_key = raw["id"].lower(), self._options.previous_key
        made = pseudonymous_accounts(raw, self._key)
        previous = [] if previous_key is None else pseudonymous_accounts(raw, previous_key)
        if self._new_ids.setdefault(old_id, made[0]["id"]) != made[0]["id"]:
            message = "Another account has this id and is not the same; correct one of the ids."
            return [error(["objects", place, "id"], "two-accounts", message)]
        made_items = [*made, *previous]
        if len(made_items) > 1:
            author = self._author(signed)
            if author is None:
                message = (
                    "The account becomes several that must be joined, and no object says by whom"
                    " and when: give created_by_ref and created, or leave out one identifier."
                )
                return [error(["objects", place], "no-author", message)]
            joining = list(relationships_between(raw, made, previous, author, self._key))
            self._report.joined += len(joining)
            made_items += joining
        self._items += [Item(place, obj, dict(obj), is_made=True) for obj in made_items]
        pseudonyms = {obj["extensions"][PSEUDONYMOUS]["kind"]: obj["user_id"] for obj in made}
        by_name = {PROPERTY_OF_KIND[kind]: user_id for kind, user_id in pseudonyms.items()}
        for name, text in identifiers_of(raw):
            user_id = by_name.get(name, made[0]["user_id"])
            self._identifiers.append(Identifier(text, name, place, user_id))
        self._add_old_id(old_id, place, made[0]["id"])
        new_ids = tuple(obj["id"] for obj in (*made, *previous))
        gone = tuple(left_out(raw))
        self._report.replaced.append(Replaced(f"/objects/{place}", old_id, new_ids, 0, gone))
        return []

    def _author(self, signed: Author | None) -> Author | None:
        created_by_ref = self._options.created_by_ref or (signed and signed.created_by_ref)
        created = self._options.created or (signed and signed.created)
        return Author(created_by_ref, created) if created_by_ref and created else None

    def _add_old_id(self, old_id: str, place: int, new_id: str) -> None:
        """Let an id be looked for by its UUID, which is the part that can be guessed."""
        self._identifiers.append(Identifier(old_id.rpartition("--")[2], "id", place, new_id))

    def _name_new_accounts(self) -> None:
        counts = self._rename(self._new_ids)
        self._report.replaced = [
            Replaced(one.pointer, one.old_id, one.new_ids, counts[one.old_id], one.left_out)
            for one in self._report.replaced
        ]

    def _rename(self, new_ids: Mapping[str, str]) -> Mapping[str, int]:
        """Give ids everywhere; return how often each was met."""
        renaming = Renaming(new_ids)
        problems: list[Problem] = []
        for item in self._items:
            try:
                item.now = renaming.apply(item.now)
            except ValueError:
                message = "Two properties here would have one name; correct them."
                problems.append(error(["objects", item.origin], "two-properties", message))
            problems += selector_problems(item.before, item.now, item.origin)
        _refuse(problems)
        return renaming.counts

    def _redact(self) -> None:
        searcher = Searcher(Finder(self._identifiers), self._key)
        for item in self._items:
            item.now, count = searcher.redact(item.now, self._options.reviewed)
            if count:
                self._redacted.add(item.origin)
                self._report.redacted[f"/objects/{item.origin}"] += count

    def _remake_ids(self) -> None:
        """Make ids anew that were made of something that is no longer there.

        Ids made by STIX's rule or the set's stay so; any other name-based one becomes one
        that only key holders can guess. A new id changes what ids are made of in turn.
        """
        others = [item for item in self._items if not item.is_made and _is_other(item.before)]
        following = [item for item in others if made_id(item.before) == item.before["id"]]
        changed = self._keyed_ids(others)
        while True:
            for item in following:
                made = made_id(item.now)
                if made is not None and made != item.now["id"]:
                    changed[item.now["id"].lower()] = made
            if not changed:
                break
            self._rename(changed)
            changed = {}
        for item in others:
            old_id, new_id = item.before["id"], item.now["id"]
            if old_id != new_id:
                self._report.renamed[old_id] = new_id
                self._add_old_id(old_id.lower(), item.origin, new_id)

    def _keyed_ids(self, others: Iterable[Item]) -> dict[str, str]:
        found = {}
        for item in others:
            old_id = item.before["id"]
            if not is_name_based(old_id) or made_id(item.before) == old_id:
                continue
            tells = item.before["type"] in _MADE_OF_ENDS and any(
                stix_id in self._new_ids for stix_id in ids_in(item.before)
            )
            if tells or item.origin in self._redacted:
                found[old_id.lower()] = keyed_id(self._key, item.before["type"], old_id.lower())
        return found

    def _key_ids(self) -> frozenset[str]:
        keys = [self._key, self._options.previous_key]
        made = {key.key_id for key in keys if key is not None}
        return frozenset(made | self._report.already_pseudonymous.keys())

    def _other_members(self) -> dict[str, Any]:
        members = {name: value for name, value in self._bundle.items() if name != "objects"}
        renamed: dict[str, Any] = Renaming(self._new_ids).apply(members)
        return renamed


def _is_raw(obj: Stix) -> bool:
    return obj["type"] == USER_ACCOUNT and not is_pseudonymous(obj)


def _is_other(obj: Stix) -> bool:
    return obj["type"] != USER_ACCOUNT and isinstance(obj.get("id"), str)


def _refuse(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise CannotRewriteError(found)
