"""Rewriting a bundle: pseudonyms for its accounts, and nothing of the raw ones left.

A bundle is rewritten whole or not at all. Beside the accounts three things would tell
who they are, and are dealt with: ids that may be made of raw identifiers (an account's, a
relationship's that is made of an account's, the bundle's) are made anew; OpenCTI's
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
from stix_models.pseudonyms.identifying import identifiers_of
from stix_models.pseudonyms.joining import Author, authors, relationships_between
from stix_models.pseudonyms.keys import PseudonymKey
from stix_models.pseudonyms.leftovers import Finder, Identifier
from stix_models.pseudonyms.merging import Item, merge
from stix_models.pseudonyms.opencti import without_opencti
from stix_models.pseudonyms.proving import prove
from stix_models.pseudonyms.remaking import creators, next_ids, others
from stix_models.pseudonyms.renaming import Renaming, ids_in
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

_TWICE = "Two properties here would have one name; correct them."


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
    options = options or RewritingOptions()
    _refuse(bundle_problems(bundle, options.known_extensions))
    return _Rewriting(bundle, key, options).run()


class _Rewriting:
    """One bundle being rewritten; the steps are in ``run``, in their order."""

    def __init__(self, bundle: Stix, key: PseudonymKey, options: RewritingOptions) -> None:
        self._bundle = bundle
        self._members = {name: value for name, value in bundle.items() if name != "objects"}
        self._key = key
        self._options = options
        self._report = RewritingReport()
        self._items: list[Item] = []
        self._identifiers: list[Identifier] = []
        self._new_ids: dict[str, str] = {}  # of raw accounts, by old id in small letters

    def run(self) -> Rewritten:
        objects = self._without_opencti()
        raw_ids = frozenset(obj["id"].lower() for obj in objects if _is_raw(obj))
        _refuse(translation_problems(objects, raw_ids))
        _refuse(address_problems(objects, raw_ids))
        self._replace_accounts(objects, raw_ids)
        self._name_new_accounts()
        if self._options.redact:
            self._redact()
        if self._new_ids:
            self._remake_ids()
        items, problems = merge(self._items)
        self._report.merged = len(self._items) - len(items)
        _refuse(problems)
        rewritten = {**self._members, "objects": [item.now for item in items]}
        if "objects" not in self._bundle:
            del rewritten["objects"]
        problems, warnings = prove(self._members, items, self._searcher(), self._options)
        _refuse(problems)
        self._report.warnings = warnings
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

    def _rename(
        self, new_ids: Mapping[str, str], items: Iterable[Item] | None = None
    ) -> Mapping[str, int]:
        """Give ids everywhere, or in these items; return how often each was met."""
        renaming = Renaming(new_ids)
        problems: list[Problem] = []
        for item in self._items if items is None else items:
            try:
                item.now = renaming.apply(item.now)
            except ValueError:
                problems.append(error(["objects", item.origin], "two-properties", _TWICE))
            problems += selector_problems(item.before, item.now, item.origin)
        try:
            self._members = Renaming(new_ids).apply(self._members)
        except ValueError:
            problems.append(error([], "two-properties", _TWICE))
        _refuse(problems)
        return renaming.counts

    def _redact(self) -> None:
        searcher = self._searcher()
        for item in self._items:
            item.now, count = searcher.redact(item.now, self._options.reviewed)
            if count:
                self._report.redacted[f"/objects/{item.origin}"] += count

    def _remake_ids(self) -> None:
        """Make ids anew that may be made of something that is no longer there.

        A new id changes what ids are made of in turn, so whatever names one is looked at again.
        """
        naming: dict[str, list[Item]] = {}
        for item in self._items:
            for stix_id in dict.fromkeys(ids_in(item.now)):
                naming.setdefault(stix_id, []).append(item)
        pending = looked_at = others(self._items)
        kept = creators(self._items)
        while changed := next_ids(pending, self._key, kept):
            touched = dict.fromkeys(item for old in changed for item in naming.get(old, ()))
            self._rename(changed, touched)
            for old, new in changed.items():
                naming.setdefault(new, []).extend(naming.pop(old, ()))
            pending = others(touched)
        self._remake_id_of_bundle()
        for item in looked_at:
            old_id, new_id = item.before["id"], item.now["id"]
            if old_id != new_id:
                self._report.renamed[old_id] = new_id
                self._add_old_id(old_id.lower(), item.origin, new_id)

    def _remake_id_of_bundle(self) -> None:
        """Make the bundle's id anew in any case: it may be made of anything that is in it."""
        old_id = self._members.get("id")
        if old_id is not None:
            new_id = keyed_id(self._key, "bundle", str(old_id).lower())
            self._rename({str(old_id).lower(): new_id})
            self._members["id"] = new_id

    def _searcher(self) -> Searcher:
        keys = [self._key, self._options.previous_key]
        made = {key.key_id for key in keys if key is not None}
        key_ids = frozenset(made | self._report.already_pseudonymous.keys())
        return Searcher(Finder(self._identifiers, key_ids), self._key, key_ids)


def _is_raw(obj: Stix) -> bool:
    return obj["type"] == USER_ACCOUNT and not is_pseudonymous(obj)


def _refuse(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise CannotRewriteError(found)
