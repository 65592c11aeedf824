"""The twin of INV-SCOPE: a second server without everything that a member is not entitled to.

Both servers begin as copies of one data folder, so that keys, ids, clients and the
supplied objects are equal. A scripted story is told to the first server whole; the
twin of a member is told only what stands in that member's collections: its own
steps, the objects that the rules release to its feed (the oracle says which), and
what happens in group collections that it reads. Its ``coalition.toml`` lacks the
group collections that the member cannot see.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.security.oracle import Oracle, Rule
from tests.support.servers import RunningServer
from tests.support.stix import (
    TLP2_CLEAR,
    TLP_AMBER,
    TLP_GREEN,
    TLP_RED,
    Stix,
    envelope,
    make_campaign,
    make_identity,
    make_indicator,
    make_malware,
    make_statement,
    make_url,
    newer,
)
from tests.support.wire import Answer

COMPANIES = ("facebook", "twitter", "google")
AGENCIES = ("cisa",)
MEMBERS = (*COMPANIES, *AGENCIES)
IDENTITIES = {f"identity--a0000000-0000-4000-8000-00000000000{n}": m for n, m in enumerate(MEMBERS)}
IDENTITY_OF = {member: stix_id for stix_id, member in IDENTITIES.items()}

POLICY = """\
[[release]]
name = "industry"
from = ["companies"]
to = ["companies"]
types = ["*"]
up_to = "green"

[[release]]
name = "leads"
from = ["companies"]
to = ["cisa"]
types = ["indicator", "url", "identity"]

[[withhold]]
name = "no malware for facebook"
from = ["twitter"]
to = ["facebook"]
types = ["malware"]

[[release]]
name = "agencies answer"
from = ["agencies"]
to = ["members"]
types = ["*"]

"""
RULES = (
    Rule(frozenset(COMPANIES), frozenset(COMPANIES), frozenset({"*"}), "green"),
    Rule(
        frozenset(COMPANIES),
        frozenset(AGENCIES),
        frozenset({"indicator", "url", "identity"}),
        "amber",
    ),
    Rule(frozenset({"twitter"}), frozenset({"facebook"}), frozenset({"malware"}), None),
    Rule(frozenset(AGENCIES), frozenset(MEMBERS), frozenset({"*"}), "amber"),
)

CIRCLE_ROOT = "circles/west"


@dataclass(frozen=True, slots=True)
class Group:
    """A group collection of the story."""

    alias: str
    readers: frozenset[str]
    writers: frozenset[str]
    visible_to: frozenset[str] = frozenset()
    root: str = "coalition"

    def seen_by(self, member: str) -> bool:
        """Return whether the member sees it at all."""
        return member in self.readers | self.writers | self.visible_to

    def toml(self) -> str:
        """Return its table."""
        lists = {
            "readers": self.readers,
            "writers": self.writers,
            "visible_to": self.visible_to,
        }
        lines = [f'alias = "{self.alias}"', f'title = "Circle {self.alias}"']
        lines += [f"{k} = {sorted(v)}".replace("'", '"') for k, v in lists.items()]
        if self.root != "coalition":
            lines.append(f'root = "{self.root}"')
        return "[[collection]]\n" + "\n".join(lines) + "\n\n"


def _set(*members: str) -> frozenset[str]:
    return frozenset(members)


GROUPS = (
    Group("war-room", _set("facebook", "twitter", "cisa"), _set("facebook", "twitter")),
    Group("drop-box", _set("cisa"), _set("facebook", "google")),
    Group("notice", _set("google"), _set("google"), visible_to=_set("facebook")),
    Group("west", _set("twitter", "google"), _set("twitter"), root=CIRCLE_ROOT),
)


def coalition_text(groups: Iterable[Group]) -> str:
    """Return ``coalition.toml`` with these group collections."""
    text = '[coalition]\nname = "Twins"\n\n'
    for member in MEMBERS:
        kind = "agency" if member in AGENCIES else "company"
        text += f'[[member]]\nname = "{member}"\nkind = "{kind}"\ntitle = "{member.title()}"\n'
        text += f'identities = ["{IDENTITY_OF[member]}"]\n\n'
    return text + POLICY + "".join(group.toml() for group in groups)


@dataclass(frozen=True, slots=True)
class Push:
    """A member pushes objects, to its submissions or to a group."""

    member: str
    objects: tuple[Stix, ...]
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """A member deletes an object or one version of it."""

    member: str
    stix_id: str
    version: str | None = None
    group: str | None = None


Step = Push | Delete


def make_story(seed: int, length: int) -> list[Step]:
    """Return a random story; few ids and contents, so that members meet under the same ids."""
    choose = random.Random(seed)
    steps: list[Step] = []
    pool = _pool(choose)
    circle_pool = [make_indicator(), make_url(), make_campaign()]
    for _ in range(length):
        member = choose.choice(MEMBERS)
        kind = choose.random()
        if kind < 0.62:
            sent = [
                _variant(choose, choose.choice(pool), member) for _ in range(choose.randint(1, 5))
            ]
            steps.append(Push(member, tuple(sent)))
        elif kind < 0.75:
            stix = choose.choice(pool)
            version = choose.choice([None, None, stix.get("modified"), newer(stix, 2)["modified"]])
            steps.append(Delete(member, stix["id"], version if "modified" in stix else None))
        else:
            steps.append(_in_a_group(choose, circle_pool))
    return steps


def _pool(choose: random.Random) -> list[Stix]:
    kinds = [make_indicator(), make_indicator(), make_malware(), make_campaign(), make_url()]
    signed = [make_indicator(created_by_ref=IDENTITY_OF[member]) for member in MEMBERS[:2]]
    forged = make_identity(id=IDENTITY_OF["google"], name="Google, newer")
    choose.shuffle(kinds)
    return [*kinds, *signed, make_statement(), forged]


def _variant(choose: random.Random, stix: Stix, member: str) -> Stix:
    if stix["type"] in {"identity", "marking-definition"}:
        return stix
    made = dict(stix)
    if "modified" in made:
        made = newer(made, choose.randint(0, 3))
        if choose.random() < 0.12:
            made["revoked"] = True
    if choose.random() < 0.3:
        made["x_note"] = choose.choice([member, "same"])
    marking = choose.choice([None, TLP_GREEN, TLP_GREEN, TLP2_CLEAR, TLP_AMBER, TLP_RED])
    if marking is not None:
        made["object_marking_refs"] = [marking]
    if choose.random() < 0.06 and "pattern" in made:
        del made["pattern"]  # invalid: a failure of its own
    return made


def _in_a_group(choose: random.Random, pool: Sequence[Stix]) -> Step:
    group = choose.choice(GROUPS)
    member = choose.choice(sorted(group.writers))
    stix = choose.choice(pool)
    if choose.random() < 0.25:
        return Delete(member, stix["id"], group=group.alias)
    made = newer(stix, choose.randint(0, 2)) if "modified" in stix else {**stix}
    if choose.random() < 0.4:
        made["x_note"] = member
    return Push(member, (made,), group=group.alias)


def for_twin(story: Sequence[Step], member: str) -> list[Step]:
    """Return the story as it stands in a member's collections."""
    oracle = Oracle(IDENTITIES, RULES)
    told: list[Step] = []
    for step in story:
        if step.group is not None:
            group = next(one for one in GROUPS if one.alias == step.group)
            if step.member == member or member in group.readers:
                told.append(step)
            continue
        shown = _shown(oracle, step, member)
        told += [step] if step.member == member else shown
    return told


def _shown(oracle: Oracle, step: Step, member: str) -> list[Step]:
    """Tell the oracle; return what of another member's step reaches ``member``."""
    if isinstance(step, Push):
        valid = [one for one in step.objects if one["type"] != "indicator" or "pattern" in one]
        results = oracle.push(step.member, valid)
        reached = [
            stix
            for stix, result in zip(valid, results, strict=True)
            if member in result.reached and stix["id"] not in IDENTITIES
        ]
        supplied = [
            s for s in valid if s["id"] in IDENTITIES and IDENTITIES[s["id"]] == step.member
        ]
        wanted = [*reached, *supplied]
        return [Push(step.member, tuple(wanted))] if wanted else []
    return _shown_delete(oracle, step, member)


def _shown_delete(oracle: Oracle, step: Delete, member: str) -> list[Step]:
    """Return the delete if something of it stood in the feed, and what it makes newest there."""
    standing = [
        entry.stix.get("modified")
        for entry in oracle.feeds[member]
        if step.member in entry.supports and entry.stix["id"] == step.stix_id
    ]
    before = oracle.feed(member)
    oracle.delete(step.member, step.stix_id, step.version)
    shown: list[Step] = []
    if step.version in standing or (standing and step.version is None):
        shown.append(step)
    appeared = [one for one in oracle.feed(member) if not any(one is old for old in before)]
    if appeared:
        shown.append(Push(step.member, tuple(dict(one) for one in appeared)))
    return shown


@dataclass(slots=True)
class Told:
    """A server that was told a story, and the statuses of each member's pushes, in order."""

    server: RunningServer
    statuses: dict[str, list[Answer]] = field(default_factory=dict)
    deletions: dict[str, list[Answer]] = field(default_factory=dict)

    def tell(self, story: Sequence[Step]) -> None:
        """Do every step as the member's publisher."""
        for step in story:
            client = self.server.client(f"pub-{step.member}")
            alias = step.group or f"from-{step.member}"
            root = next((g.root for g in GROUPS if g.alias == step.group), "coalition")
            path = f"/{root}/collections/{alias}/objects/"
            if isinstance(step, Push):
                answer = client.post(path, envelope(*step.objects))
                assert answer.status == 202, answer
                self.statuses.setdefault(step.member, []).append(answer)
            else:
                query = {} if step.version is None else {"match[version]": step.version}
                answer = client.delete(f"{path}{step.stix_id}/", query)
                assert answer.status in {200, 403, 404}, answer
                self.deletions.setdefault(step.member, []).append(answer)


MICROS = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
VALUES = re.compile(rb'"(next|error_id)":\s*"[^"]*"')
RANDOM_HEADERS = {"date", "x-request-id"}


def comparable(answer: Answer, ids: Mapping[str, str]) -> tuple[Any, ...]:
    """Return an answer without random ids and clock times, every width kept.

    Args:
        answer: The answer.
        ids: Random ids of this server, each with its name in the comparison.
    """
    body = answer.body
    for random_id, name in ids.items():
        body = body.replace(random_id.encode(), name.ljust(len(random_id), "#").encode())
    body = MICROS.sub(lambda found: b"T" * len(found.group()), body)
    body = VALUES.sub(lambda found: b"V" * len(found.group()), body)
    headers = [
        (name, "seconds")
        if name == "retry-after"  # what is left of a minute, a clock time
        else (
            name,
            "*" * len(value) if name.startswith("x-taxii") or name in RANDOM_HEADERS else value,
        )
        for name, value in answer.headers
    ]
    if answer.header("X-TAXII-Date-Added-First") == "1970-01-01T00:00:00.000000Z":
        headers.append(("dates", "epoch"))
    return answer.status, headers, body
