"""Random histories of three members, judged step by step by a naive model of the sharing rules.

The model was written from the rules alone and shares nothing with the server. Beyond
``test_release`` it has a circle (one writer does not read it, two STIX versions stand in
it), ids under which dated and dateless contents are mixed, pollers that work between the
steps, and the texts that must, and must not, be left in the store.
"""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taxii_server.clock import parse_instant
from taxii_server.errors import ForbiddenError, NotFoundError
from taxii_server.services.pages import Listing, read_listing
from taxii_server.storage.protocol import ObjectKey, PageForm, PlanView
from tests.sharing.world import World
from tests.support.coalitions import HEAD, collection_toml, members_toml
from tests.support.stix import FIRST, TLP_AMBER, TLP_GREEN, TLP_RED, stamp

Stix = Mapping[str, Any]
LineKey = tuple[str, str, str]
Rank = tuple[int, str]

MEMBERS = ("acme", "beta", "civil")
READERS, WRITERS = ("acme", "beta"), MEMBERS
PLACES = (*(f"from-{m}" for m in MEMBERS), *(f"for-{m}" for m in MEMBERS), "ring")
LEVELS = {TLP_GREEN: 1, TLP_AMBER: 2, TLP_RED: 4}
EVERYTHING: Rank = (2, "")

RELEASES = (  # from, to, types, up to
    ("acme", "beta", ("*",), 3),
    ("acme", "civil", ("indicator", "url"), 2),
    ("beta", "acme", ("*",), 1),
    ("beta", "civil", ("*",), 2),
    ("civil", "acme", ("*",), 3),
    ("civil", "beta", ("*",), 2),
)
WITHHOLDS = (("beta", "civil", ("malware",)), ("civil", "beta", ("malware",)))
OWN_PROPERTIES: Mapping[str, Stix] = {
    "indicator": {"pattern": "[a:b = 'c']", "pattern_type": "stix", "valid_from": FIRST},
    "malware": {"is_family": False},
    "url": {"value": "https://a.example/"},
}
LABELS = {1: "green", 2: "amber", 3: "amber+strict"}


def coalition_text() -> str:
    """Return the coalition that the tables above describe."""
    text = HEAD + members_toml(companies=("acme", "beta"), agencies=("civil",))
    for giver, taker, types, level in RELEASES:
        text += (
            f'[[release]]\nname = "{giver} to {taker}"\nfrom = ["{giver}"]\nto = ["{taker}"]\n'
            f'types = {json.dumps(types)}\nup_to = "{LABELS[level]}"\n\n'
        )
    for giver, taker, types in WITHHOLDS:
        text += (
            f'[[withhold]]\nname = "no {types[0]} from {giver}"\nfrom = ["{giver}"]\n'
            f'to = ["{taker}"]\ntypes = {json.dumps(types)}\n\n'
        )
    media = [f"application/stix+json;version={spec}" for spec in ("2.0", "2.1")]
    return text + collection_toml("ring", readers=READERS, writers=WRITERS, media_types=media)


def text_of(stix: Stix) -> str:
    """Return a content in a comparable form; the histories have no floats."""
    return json.dumps(stix, sort_keys=True)


def version_of(stix: Stix) -> str | None:
    """Return the version's text; all of them have one precision."""
    found: str | None = stix.get("modified") or stix.get("created")
    return found


def spec_of(stix: Stix) -> str:
    """Return the STIX version of a content."""
    return str(stix.get("spec_version", "2.0"))


@dataclass(eq=False)
class Version:
    """One version of one line."""

    stix: Stix
    rank: Rank
    held_back: bool = False  # pushed again after a withdrawal
    live: bool = True
    withdrawn: bool = False


@dataclass(eq=False)
class Line:
    """What one producer pushed to one place under one id."""

    versions: list[Version] = field(default_factory=list)
    mark: Rank | None = None

    @property
    def live(self) -> list[Version]:
        """What was not deleted, newest last."""
        return sorted((v for v in self.versions if v.live), key=lambda v: v.rank)


@dataclass(eq=False)
class Entry:
    """One content in one place, and the lines that support it."""

    stix: Stix
    supports: dict[LineKey, Rank]


class Model:
    """The rules, as simply as they can be written."""

    def __init__(self, identities: Mapping[str, str]) -> None:
        self.identities = identities  # member by identity id
        self.lines: dict[LineKey, Line] = {}
        self.logs: dict[str, list[Entry]] = {place: [] for place in PLACES}
        self.seen: dict[str, list[Stix]] = {member: [] for member in MEMBERS}
        self.clock = 0

    # Push

    def push(self, who: str, place: str, sent: Sequence[Stix]) -> list[bool]:
        """Return which objects are successes."""
        verdicts = [self._authorship(who, stix) for stix in sent]
        passed = [stix for stix, no in zip(sent, verdicts, strict=True) if no is None]
        known = self._known(who, place, passed)
        before = {
            stix["id"]: [v for v in self._line(who, place, stix).live if not v.held_back]
            for stix in passed
        }
        new: list[Version] = []
        results = []
        for stix, verdict in zip(sent, verdicts, strict=True):
            if verdict is not None:
                results.append(verdict)
                continue
            success, made = self._accept(who, place, stix, known)
            new += [made] if made is not None and not made.held_back else []
            results.append(success)
        if place != "ring":
            for version in sorted(new, key=lambda v: v.rank):
                if all(old.rank < version.rank for old in before[version.stix["id"]]):
                    self._release(who, version, known)
        return results

    def _known(self, who: str, place: str, passed: Sequence[Stix]) -> list[Stix]:
        """Return all contents that a producer knows, with those of this push that are accepted."""
        before = [*self.seen[who], *self._own(who)]
        kept = list(passed)
        while any(stix["type"] == "marking-definition" for stix in kept):
            trial, known = copy.deepcopy(self), [*before, *kept]
            results = [trial._accept(who, place, stix, known)[0] for stix in passed]
            accepted = [stix for stix, ok in zip(passed, results, strict=True) if ok]
            if all(any(stix is one for one in accepted) for stix in kept):
                break
            kept = [stix for stix in kept if any(stix is one for one in accepted)]
        return [*before, *kept]

    def _authorship(self, who: str, stix: Stix) -> bool | None:
        visible = [e.stix for e in self.logs[f"for-{who}"]]
        visible += [e.stix for e in self.logs["ring"]] if who in READERS else []
        visible = [one for one in visible if one["id"] == stix["id"]]
        foreign = [one for one in visible if self._signer(one) not in {None, who}]
        stranger = not any(key[1:] == (who, stix["id"]) for key in self.lines)
        if self._signer(stix) in {None, who} and not (foreign and stranger):
            return None
        return any(text_of(one) == text_of(stix) for one in visible)

    def _signer(self, stix: Stix) -> str | None:
        return self.identities.get(stix.get("created_by_ref", ""))

    def _accept(
        self, who: str, place: str, stix: Stix, known: Sequence[Stix]
    ) -> tuple[bool, Version | None]:
        line = self._line(who, place, stix)
        dated = version_of(stix)
        self.clock += 1
        rank = (0, dated) if dated else (1, f"{self.clock:09d}")
        if any(text_of(v.stix) == text_of(stix) for v in line.live):
            return True, None
        for old in line.versions:
            other = dated == version_of(old.stix) and text_of(old.stix) != text_of(stix)
            if dated and other and (old.live or old.withdrawn):
                return False, None
        late = line.mark is not None and rank <= line.mark
        if place == "ring" and (late or not self._may_enter(who, stix, known)):
            return False, None
        made = Version(stix, rank, held_back=late)
        line.versions.append(made)
        self.lines[place, who, stix["id"]] = line
        self._stand(place, (place, who, stix["id"]), made)
        return True, made

    def _may_enter(self, who: str, stix: Stix, known: Sequence[Stix]) -> bool:
        others = [reader for reader in READERS if reader != who]
        return self._is_open(stix, known) and not any(
            self._withheld(who, reader, stix) for reader in others
        )

    def _release(self, who: str, version: Version, known: Sequence[Stix]) -> None:
        for member in MEMBERS:
            if member != who and self.may_see(who, member, version.stix, known):
                line = (f"from-{who}", who, version.stix["id"])
                self._stand(f"for-{member}", line, version)

    def _stand(self, place: str, line: LineKey, version: Version) -> None:
        for entry in self.logs[place]:
            if text_of(entry.stix) == text_of(version.stix):
                entry.supports[line] = version.rank
                return
        self.logs[place].append(Entry(version.stix, {line: version.rank}))
        owners = READERS if place == "ring" else (place.removeprefix("for-"),)
        for owner in owners:
            self.seen.get(owner, []).append(version.stix)

    # Who may see what

    def may_see(self, who: str, member: str, stix: Stix, known: Sequence[Stix]) -> bool:
        """Return whether the rules release a content to a member."""
        levels = [LEVELS[ref] for ref in stix.get("object_marking_refs", ()) if ref in LEVELS]
        level = max(levels, default=2)
        kind = stix["type"]
        released = any(
            (giver, taker) == (who, member)
            and ({kind, "*"} & set(types) or kind == "marking-definition")
            and level <= up_to
            for giver, taker, types, up_to in RELEASES
        )
        return released and not self._withheld(who, member, stix) and self._is_open(stix, known)

    @staticmethod
    def _withheld(who: str, member: str, stix: Stix) -> bool:
        return any(
            (giver, taker) == (who, member) and stix["type"] in types
            for giver, taker, types in WITHHOLDS
        )

    @staticmethod
    def _is_open(stix: Stix, known: Sequence[Stix]) -> bool:
        refs = set(stix.get("object_marking_refs", ()))
        unknown = [
            ref
            for ref in refs - LEVELS.keys()
            if not [one for one in known if one["id"] == ref]
            or any("extensions" in one for one in known if one["id"] == ref)
        ]
        return TLP_RED not in refs and not unknown

    # Delete

    def delete(self, who: str, place: str, stix_id: str, contents: set[str] | None) -> int:
        """Take a line's versions back, all or those with these contents; return the HTTP status."""
        line = self.lines.get((place, who, stix_id), Line())
        if not line.live:
            return 403 if any(e.stix["id"] == stix_id for e in self.logs[place]) else 404
        gone = [v for v in line.live if contents is None or text_of(v.stix) in contents]
        if not gone:
            return 404
        newest = [v for v in line.live if not v.held_back][-1:]
        self._fall(who, place, line, gone)
        if place != "ring":
            self._withdraw(who, line, stix_id, gone)
            remaining = [v for v in line.live if not v.held_back]
            if remaining and newest[0] in gone:
                known = [*self.seen[who], *self._own(who)]
                self._release(who, remaining[-1], known)
        return 200

    def _withdraw(self, who: str, line: Line, stix_id: str, gone: Sequence[Version]) -> None:
        texts = {text_of(v.stix) for v in gone}
        dated = all(version_of(v.stix) for v in gone)
        mark = max(v.rank for v in gone) if dated else EVERYTHING
        in_ring = self.lines.get(("ring", who, stix_id), Line())
        same = [v for v in in_ring.live if text_of(v.stix) in texts]
        self._fall(who, "ring", in_ring, same)
        for each, taken in ((line, gone), (in_ring, same)):
            for version in taken:
                version.withdrawn = True
                each.mark = mark if each.mark is None else max(each.mark, mark)

    def _fall(self, who: str, place: str, line: Line, gone: Sequence[Version]) -> None:
        for version in gone:
            version.live = False
            key = (place, who, version.stix["id"])
            for log in self.logs.values():
                for entry in list(log):
                    if text_of(entry.stix) == text_of(version.stix):
                        entry.supports.pop(key, None)
                        if not entry.supports:
                            log.remove(entry)

    # What stands where

    def shown(self, place: str, ids: Sequence[str], *, latest: bool) -> list[str]:
        """Return the contents of a view: per line, of its latest STIX version, all or the last."""
        found = set()
        entries = [e for e in self.logs[place] if e.stix["id"] in ids]
        for key in {key for e in entries for key in e.supports}:
            own = [e for e in entries if key in e.supports]
            top = max(spec_of(e.stix) for e in own)
            own = [e for e in own if spec_of(e.stix) == top]
            own.sort(key=lambda e: e.supports[key])
            found |= {text_of(e.stix) for e in (own[-1:] if latest else own)}
        return sorted(found)

    def texts(self, ids: Sequence[str]) -> set[str]:
        """Return every content that a live line has."""
        live = (v.stix for line in self.lines.values() for v in line.live)
        return {text_of(stix) for stix in live if stix["id"] in ids}

    def producers_of(self, stix_id: str) -> set[str]:
        """Return who ever had an object accepted under the id."""
        return {who for _, who, each in self.lines if each == stix_id}

    def _line(self, who: str, place: str, stix: Stix) -> Line:
        return self.lines.get((place, who, stix["id"]), Line())

    def _own(self, who: str) -> list[Stix]:
        return [v.stix for key, line in self.lines.items() if key[1] == who for v in line.versions]


class Poller:
    """A client that reads one view of one place, one page now and then."""

    def __init__(self, world: World, place: str, ids: Sequence[str], *, latest: bool, by: str):
        self.listing = Listing(world.collection(place), PageForm.MANIFEST)
        self.latest, self.by = latest, by
        self.records: list[dict[str, str]] = []
        self._world = world
        self._ids = ",".join(ids)
        self._token: str | None = None
        self._last: str | None = None

    def poll(self, limit: int) -> bool:
        """Read one page; return whether there may be more."""
        query = {"limit": [str(limit)]}
        if self._token is not None and self.by == "next":
            query["next"] = [self._token]  # brings its own filters
        else:
            query["match[id]"] = [self._ids]
            query |= {} if self.latest else {"match[version]": ["all"]}
            query |= {"added_after": [self._last]} if self._last else {}
        page = read_listing(self._world.services, self.listing, query)
        self._token, self._last = page.next_token, page.last
        body = json.loads(page.to_body())
        assert len(body.get("objects", ())) <= limit
        self.records += body.get("objects", ())
        return self._token is not None

    def finish(self) -> None:
        """Read until nothing is left."""
        while self.poll(2):
            pass
        count = len(self.records)
        self.poll(2)
        assert len(self.records) == count


class Play:
    """One history on both sides, with ids of its own."""

    def __init__(self, world: World, number: int, model: Model) -> None:
        self.world, self.model = world, model
        self._prefix = f"{number:08x}-0000-4000-8000"
        kinds = ("indicator", "indicator", "malware", "url", "url", "marking-definition")
        self.ids = [f"{kind}--{self._prefix}-{n:012d}" for n, kind in enumerate(kinds)]
        self.pollers = [
            Poller(world, place, self.ids, latest=latest, by=by)
            for place in ("for-acme", "for-beta", "for-civil", "ring", "from-acme")
            for latest in (False, True)
            for by in ("next", "added_after")
        ]

    def step(self, step: Sequence[Any]) -> None:
        """Do one step and compare."""
        kind, *rest = step
        if kind == "push":
            self._push(*rest)
        elif kind == "delete":
            self._delete(*rest)
        else:
            which, limit = rest
            self.pollers[which % len(self.pollers)].poll(limit)
            return
        self._compare()

    def _push(self, who: str, in_ring: bool, drawn: Sequence[Sequence[Any]]) -> None:
        place = "ring" if in_ring else f"from-{who}"
        sent = [self._make(one, in_ring=in_ring) for one in drawn]
        results = self.model.push(who, place, sent)
        status = self.world.push(who, *sent, to=place)
        for key, success in (("successes", True), ("failures", False)):
            expected = [o["id"] for o, ok in zip(sent, results, strict=True) if ok is success]
            assert [one["id"] for one in status.get(key, ())] == expected, status

    def _make(self, drawn: Sequence[Any], *, in_ring: bool) -> dict[str, Any]:
        n, second, label, marking, signer, old = drawn
        stix_id = self.ids[n]
        kind = stix_id.partition("--")[0]
        made: dict[str, Any] = {"type": kind, "spec_version": "2.1", "id": stix_id}
        if kind == "marking-definition":
            return {**made, "created": stamp(second % 2), **self._definition(statement=not label)}
        if kind == "malware" and old and in_ring:
            made = {"type": kind, "id": stix_id, "name": "Old", "labels": ["trojan"]}
        else:
            made |= OWN_PROPERTIES[kind]
        if kind != "url" or (second == 3 and n == 4):  # under one id with and without dates
            made |= {"created": FIRST, "modified": stamp(second)}
        markings = [(), (TLP_GREEN,), (TLP_AMBER,), (TLP_RED,), (self.ids[5],)][marking]
        signers = [None, *self.model.identities][signer]
        made |= {"object_marking_refs": list(markings)} if markings else {}
        made |= {"created_by_ref": signers} if signers and kind != "url" else {}
        return {**made, "x_label": label}

    def _definition(self, *, statement: bool) -> dict[str, Any]:
        if statement:
            return {"definition_type": "statement", "definition": {"statement": "Copyright"}}
        extension = f"extension-definition--{self._prefix}-000000000000"
        return {"extensions": {extension: {"extension_type": "property-extension"}}}

    def _delete(self, who: str, in_ring: bool, n: int, nth: int | None) -> None:
        if in_ring and who not in READERS:
            return
        place, stix_id = "ring" if in_ring else f"from-{who}", self.ids[n]
        version, contents = None, None
        if nth is not None:
            standing = self._standing(place, stix_id)
            version = standing[nth % len(standing)][1] if standing else FIRST
            contents = {
                text for text, each in standing if parse_instant(each) == parse_instant(version)
            }
        status = 200
        try:
            self.world.delete(who, stix_id, version, at=place)
        except ForbiddenError:
            status = 403
        except NotFoundError:
            status = 404
        assert status == self.model.delete(who, place, stix_id, contents)

    def _standing(self, place: str, stix_id: str) -> list[tuple[str, str]]:
        """Return each live content in a place with the version that the server gives it."""
        query = {"match[id]": [stix_id], "match[version]": ["all"]}
        query["match[spec_version]"] = ["2.0,2.1"]
        forms = (PageForm.OBJECTS, PageForm.MANIFEST)
        objects, records = (self._listed(place, query, form) for form in forms)
        return [(text_of(o), r["version"]) for o, r in zip(objects, records, strict=True)]

    def _listed(
        self, place: str, query: Mapping[str, Sequence[str]], form: PageForm = PageForm.OBJECTS
    ) -> list[dict[str, Any]]:
        listing = Listing(self.world.collection(place), form)
        page = read_listing(self.world.services, listing, query)
        found: list[dict[str, Any]] = json.loads(page.to_body()).get("objects", [])
        return found

    def _compare(self) -> None:
        for place in PLACES:
            for latest in (False, True):
                query = {"match[id]": [",".join(self.ids)]}
                query |= {} if latest else {"match[version]": ["all"]}
                found = sorted(text_of(one) for one in self._listed(place, query))
                assert found == self.model.shown(place, self.ids, latest=latest), (place, latest)
        texts = self.world.services.store.look(self._texts)
        assert texts == self.model.texts(self.ids), "texts kept or erased wrongly"

    def _texts(self, view: PlanView) -> set[str]:
        entries = itertools.chain(*view.entries_of(self.ids).values())
        keys: set[ObjectKey] = {entry.object for entry in entries}
        return {text_of(json.loads(text)) for text in view.texts_of(keys).values()}

    def finish(self) -> None:
        """Let every poller come to the end, and compare what it saw with what stands."""
        for poller in self.pollers:
            poller.finish()
            dates = [record["date_added"] for record in poller.records]
            assert dates == sorted(set(dates)), "an entry came twice, or out of order"
            query = {"match[id]": [",".join(self.ids)]}
            query |= {} if poller.latest else {"match[version]": ["all"]}
            place = poller.listing.collection.alias
            standing = self._listed(place, query, PageForm.MANIFEST)
            assert {one["date_added"] for one in standing} <= set(dates), "an entry was missed"
            self._require_right_end(poller, standing)

    def _require_right_end(self, poller: Poller, standing: Sequence[Mapping[str, str]]) -> None:
        """What came last of an id is its latest version, where one producer alone uses the id."""
        ends = {record["id"]: record["date_added"] for record in poller.records}
        for one in standing if poller.latest else ():
            if len(self.model.producers_of(one["id"])) == 1:
                assert ends[one["id"]] == one["date_added"]


numbers = st.integers
objects = st.tuples(
    st.sampled_from([0, 0, 1, 2, 3, 3, 4, 4, 5]),
    numbers(0, 3),
    numbers(0, 1),
    st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, 4]),
    st.sampled_from([0, 0, 0, 0, 0, 1, 2]),
    st.booleans(),
)
members = st.sampled_from(MEMBERS)
rings = st.sampled_from([False, False, True])
pushes = st.tuples(st.just("push"), members, rings, st.lists(objects, min_size=1, max_size=4))
deletes = st.tuples(st.just("delete"), members, rings, numbers(0, 5), st.none() | numbers(0, 3))
polls = st.tuples(st.just("poll"), numbers(0, 19), numbers(1, 3))
histories = st.lists(st.one_of(pushes, pushes, deletes, polls, polls), min_size=2, max_size=22)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Yield one world for all histories: each has ids of its own."""
    folder: Path = tmp_path_factory.mktemp("attacks")
    ticks = itertools.count(1_600_000_000_000_000)
    opened = World(folder, coalition_text(), lambda: next(ticks))
    yield opened
    opened.close()


HISTORIES = itertools.count(1)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(history=histories)
def test_any_history_leaves_what_the_rules_say(world: World, history: Sequence[Any]) -> None:
    """INV-DENY, INV-AUTHOR, INV-POLL: lines, circles, withdrawals, views, pollers and texts."""
    of = world.services.coalition.member
    model = Model({of(name).identities[0]: name for name in ("acme", "beta")})
    play = Play(world, next(HISTORIES), model)
    for step in history:
        play.step(step)
    play.finish()
