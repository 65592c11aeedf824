"""INV-DENY: an entry stands in a feed if, and only if, the sharing rules say so.

Random coalitions, policies, pushes and deletes are run in this process and judged
by the oracle, which was written from the sharing rules and not from the code.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from taxii_server.access.principal import Principal, Role
from taxii_server.app import OpenServer, init_data, open_services
from taxii_server.errors import NotFoundError
from taxii_server.filters import ALL, ObjectFilter, VersionFilter
from taxii_server.services.adding import add_objects
from taxii_server.services.deleting import delete_object
from taxii_server.storage.protocol import PageQuery
from tests.security.oracle import LEVELS, SHARING, Oracle, Rule
from tests.support.stix import FIRST, stamp

KINDS = {"acme": "company", "beta": "company", "civil": "agency", "dept": "agency"}
IDENTITIES = {f"identity--{n}0000000-0000-4000-8000-000000000000": m for n, m in enumerate(KINDS)}
IDENTITY_OF = {member: stix_id for stix_id, member in IDENTITIES.items()}
GROUPS = {
    "members": frozenset(KINDS),
    "companies": frozenset({"acme", "beta"}),
    "agencies": frozenset({"civil", "dept"}),
    **{name: frozenset({name}) for name in KINDS},
}
STATEMENTS = [f"marking-definition--{n}0000000-0000-4000-8000-00000000000a" for n in range(2)]
UP_TO = ["clear", "white", "green", "amber", "amber+strict", "red"]


@dataclass(frozen=True)
class RuleText:
    """A rule as drawn, with group names."""

    givers: tuple[str, ...]
    takers: tuple[str, ...]
    types: tuple[str, ...]
    up_to: str | None

    def toml(self, n: int) -> str:
        """Return its table."""
        table = "withhold" if self.up_to is None else "release"
        lines = [f"[[{table}]]", f'name = "rule {n}"']
        for key, value in (("from", self.givers), ("to", self.takers), ("types", self.types)):
            lines.append(f"{key} = {json.dumps(list(value))}")
        if self.up_to is not None:
            lines.append(f'up_to = "{self.up_to}"')
        return "\n".join(lines) + "\n\n"

    def resolved(self) -> Rule:
        """Return it for the oracle."""
        givers = frozenset().union(*(GROUPS[name] for name in self.givers))
        takers = frozenset().union(*(GROUPS[name] for name in self.takers))
        return Rule(givers, takers, frozenset(self.types), self.up_to)


names = st.lists(st.sampled_from(sorted(GROUPS)), min_size=1, max_size=2, unique=True).map(tuple)
types = st.lists(
    st.sampled_from(["*", "indicator", "malware", "url", "marking-definition"]),
    min_size=1,
    max_size=3,
    unique=True,
).map(tuple)
release_rules = st.builds(RuleText, names, names, types, st.sampled_from(UP_TO))
withhold_rules = st.builds(RuleText, names, names, types, st.none())
everything = RuleText(("members",), ("members",), ("*",), "amber+strict")
markings = st.lists(
    st.sampled_from([*sorted(LEVELS), *STATEMENTS, *STATEMENTS, *STATEMENTS]),
    max_size=2,
    unique=True,
)


@st.composite
def dated_objects(draw: st.DrawFn) -> dict[str, Any]:
    """Draw one of few versions and contents of one of few indicators and malware."""
    kind = draw(st.sampled_from(["indicator", "malware"]))
    n = draw(st.integers(0, 1))
    made: dict[str, Any] = {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{n}0000000-0000-4000-8000-000000000001",
        "created": FIRST,
        "modified": stamp(draw(st.integers(0, 3))),
    }
    if kind == "indicator":
        made |= {"pattern": "[a:b = 'c']", "pattern_type": "stix", "valid_from": FIRST}
    else:
        made |= {"is_family": False}
    if draw(st.booleans()):
        made["labels"] = ["other-content"]
    if draw(st.integers(0, 9)) == 0:
        made["revoked"] = True
    if draw(st.integers(0, 3)) == 0:
        made["created_by_ref"] = draw(st.sampled_from(sorted(IDENTITIES)))
    if draw(st.integers(0, 19)) == 0:
        made["extensions"] = {SHARING: {"extension_type": "property-extension"}}
    if refs := draw(markings):
        made["object_marking_refs"] = refs
        if draw(st.integers(0, 9)) == 0:
            ref = {"marking_ref": refs[0], "selectors": ["created"]}
            made["granular_markings"] = [ref]
    return made


@st.composite
def observables(draw: st.DrawFn) -> dict[str, Any]:
    """Draw one of few contents of one of two URLs."""
    made: dict[str, Any] = {
        "type": "url",
        "spec_version": "2.1",
        "id": f"url--{draw(st.integers(0, 1))}0000000-0000-4000-8000-000000000002",
        "value": f"https://{draw(st.integers(0, 2))}.example/",
    }
    if refs := draw(markings):
        made["object_marking_refs"] = refs
    return made


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a marking definition: a statement, or something that no one can judge."""
    made: dict[str, Any] = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": draw(st.sampled_from(STATEMENTS)),
        "created": stamp(draw(st.integers(0, 1))),
    }
    if draw(st.integers(0, 3)):
        return {**made, "definition_type": "statement", "definition": {"statement": "(c)"}}
    return {**made, "extensions": {f"extension-definition--{made['id'][-36:]}": {
        "extension_type": "property-extension", "a": 1}}}  # fmt: skip


objects = st.one_of(dated_objects(), dated_objects(), observables(), definitions())
members = st.sampled_from(sorted(KINDS))
pushes = st.tuples(st.just("push"), members, st.lists(objects, min_size=1, max_size=4))
deletes = st.tuples(st.just("delete"), members, st.booleans(), objects)
steps = st.lists(st.one_of(pushes, pushes, pushes, deletes), min_size=1, max_size=14)
policies = st.tuples(
    st.lists(release_rules, max_size=3), st.booleans(), st.lists(withhold_rules, max_size=2)
)


def coalition_text(rules: Sequence[RuleText], defaults: Sequence[str]) -> str:
    """Return ``coalition.toml``."""
    text = '[coalition]\nname = "Random"\n\n'
    for (member, kind), default in zip(KINDS.items(), defaults, strict=True):
        text += f'[[member]]\nname = "{member}"\nkind = "{kind}"\ntitle = "{member.title()}"\n'
        text += f'identities = ["{IDENTITY_OF[member]}"]\ndefault_marking = "{default}"\n\n'
    return text + "".join(rule.toml(n) for n, rule in enumerate(rules))


class Server:
    """The services of one data folder, in this process."""

    def __init__(self, folder: Path, text: str) -> None:
        source = folder / "source.toml"
        source.write_text(text, encoding="utf-8")
        init_data(folder / "data", source)
        self.opened: OpenServer = open_services(folder / "data")
        self.services = self.opened.services

    def push(self, member: str, sent: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Push to the member's submissions and return the status resource."""
        target = self.services.coalition.submissions_of(member)
        who = Principal("p", member, frozenset({Role.PUBLISHER}))
        body = json.dumps({"objects": list(sent)}).encode()
        now = self.services.clock()
        found: dict[str, Any] = json.loads(
            add_objects(self.services, who, target, body, received_us=now).body
        )
        return found

    def delete(self, member: str, stix_id: str, version: str | None) -> bool:
        """Delete from the member's submissions; return whether there was anything."""
        target = self.services.coalition.submissions_of(member)
        who = Principal("p", member, frozenset({Role.PUBLISHER}))
        versions = VersionFilter(instants=frozenset({version})) if version else None
        try:
            delete_object(self.services, who, target, stix_id, ObjectFilter(versions=versions))
        except NotFoundError:
            return False
        return True

    def feed(self, member: str, versions: VersionFilter | None) -> list[dict[str, Any]]:
        """Return everything in the member's feed that the server does not supply itself."""
        collection = self.services.coalition.feed_of(member).id
        wanted = ObjectFilter(versions=versions)
        page = self.services.store.read_page(PageQuery(collection, wanted, 0, 1000, 2**27))
        found: list[dict[str, Any]] = json.loads(b"[" + page.text + b"]")
        supplied = {"identity", "extension-definition"}
        return [one for one in found if one["id"] not in LEVELS and one["type"] not in supplied]


def as_set(found: Sequence[Any]) -> list[str]:
    """Return contents in a comparable form, repeats kept."""
    return sorted(json.dumps(one, sort_keys=True) for one in found)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    policy=policies,
    defaults=st.lists(st.sampled_from(["green", "amber", "amber+strict"]), min_size=4, max_size=4),
    script=steps,
)
def test_a_feed_holds_exactly_what_the_rules_release(
    policy: tuple[list[RuleText], bool, list[RuleText]],
    defaults: list[str],
    script: list[tuple[Any, ...]],
) -> None:
    """INV-DENY, INV-AUTHOR: after every step, entries, latest ones, counts as the oracle says."""
    releases, open_to_all, withholds = policy
    rules = [*releases, *([everything] if open_to_all else []), *withholds]
    markings_of_members = dict(zip(KINDS, defaults, strict=True))
    oracle = Oracle(IDENTITIES, [rule.resolved() for rule in rules], markings_of_members)
    folder = Path(tempfile.mkdtemp(prefix="deny-"))
    try:
        server = Server(folder, coalition_text(rules, defaults))
        note(coalition_text(rules, defaults))
        for step in script:
            note(json.dumps(step))
            run_step(server, oracle, step)
            for member in KINDS:
                assert as_set(server.feed(member, ALL)) == as_set(oracle.feed(member)), member
                assert as_set(server.feed(member, None)) == as_set(oracle.latest(member)), member
        server.services.store.close()
    finally:
        shutil.rmtree(folder)


def run_step(server: Server, oracle: Oracle, step: tuple[Any, ...]) -> None:
    """Do one step on both sides and compare the answers."""
    if step[0] == "push":
        _, member, sent = step
        results = oracle.push(member, sent)
        status = server.push(member, sent)
        expected = sum(one.success for one in results)
        assert (status["success_count"], status["total_count"]) == (expected, len(sent)), status
        return
    _, member, whole, stix = step
    version = None if whole else stix.get("modified")
    instant = version.removesuffix("Z").removesuffix(".000") if version else None
    assert server.delete(member, stix["id"], instant) == oracle.delete(member, stix["id"], version)
