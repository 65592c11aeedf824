"""INV-SCOPE: no answer depends on what the principal is not entitled to (must show 5).

Every route is asked as every kind of principal, on the server that was told the
whole story and on the principal's twin, and the answers are compared byte by byte:
status, header names, values and order, body. Another member's acts, all at once,
are what the two differ in; so each principal is tested against every other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.security.twin import (
    CIRCLE_ROOT,
    COMPANIES,
    GROUPS,
    MEMBERS,
    Delete,
    Push,
    Step,
    Told,
    coalition_text,
    comparable,
    for_twin,
    make_story,
)
from tests.support.servers import DataFolder, RunningServer
from tests.support.stix import TLP_RED, Stix, make_indicator, newer
from tests.support.wire import Answer, Client, basic

SETTINGS = """\
[server]
base_url = "https://clearinghouse.example"
behind_proxy = true

[taxii]
max_page_size = 5
"""
STORY = make_story(seed=2020, length=70)
ROLES = ("pub", "sub", "aud")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """Return the folder that all servers are copies of: all ids and clients, no objects."""
    made = DataFolder.make(
        tmp_path_factory.mktemp("scope") / "origin", coalition_text(GROUPS), SETTINGS
    )
    for member in MEMBERS:
        made.add_client(f"pub-{member}", member, "publisher")
        made.add_client(f"sub-{member}", member, "subscriber")
        made.add_client(f"aud-{member}", member, "auditor")
    made.add_client("operator", None, "operator")
    made.add_client("auditor", None, "auditor")
    return made


@pytest.fixture(scope="module")
def whole(folder: DataFolder) -> Iterator[Told]:
    """Yield the server that was told everything."""
    copy = folder.copy(folder.path.parent / "whole")
    with RunningServer(copy) as server:
        told = Told(server)
        told.tell(STORY)
        yield told


@dataclass(frozen=True, slots=True)
class World:
    """Both servers, and who is asked."""

    whole: Told
    twin: Told
    member: str | None


@pytest.fixture(scope="module", params=[*MEMBERS, None], ids=str)
def world(request: pytest.FixtureRequest, folder: DataFolder, whole: Told) -> Iterator[World]:
    """Yield a member's twin, or (``None``) the twin of whoever is entitled to nothing."""
    member: str | None = request.param
    copy = folder.copy(folder.path.parent / f"twin-{member}")
    groups = [group for group in GROUPS if member is not None and group.seen_by(member)]
    (copy.path / "coalition.toml").write_text(coalition_text(groups), encoding="utf-8")
    with RunningServer(copy) as server:
        twin = Told(server)
        twin.tell([] if member is None else for_twin(STORY, member))
        yield World(whole, twin, member)


def ids_of_story() -> list[str]:
    """Return every STIX id of the story."""
    found: dict[str, None] = {}
    for step in STORY:
        objects = step.objects if isinstance(step, Push) else ()
        found.update(dict.fromkeys(one["id"] for one in objects))
    return list(found)


def collections_of_story(server: RunningServer) -> list[tuple[str, str, str]]:
    """Return root, alias and id of every collection, seen or not, and two that do not exist."""
    auditor = server.client("auditor")
    found = [
        (root, one["alias"], one["id"])
        for root in ("coalition", CIRCLE_ROOT)
        for one in auditor.get(f"/{root}/collections/").json()["collections"]
    ]
    return [*found, ("coalition", "no-such-alias", "d021ecc8-ab8e-41ab-815e-911c7e329f88")]


QUERIES = (
    "",
    "?limit=1",
    "?match[version]=all&limit=3",
    "?match[version]=first",
    "?match[type]=indicator,url",
    "?match[type]=malware&match[version]=all",
    "?added_after=2999-01-01T00:00:00Z",
    "?match[spec_version]=2.0",
    "?limit=0",
)
METHODS = ("HEAD", "OPTIONS", "PUT", "POST", "PATCH")


def routes(server: RunningServer) -> list[tuple[str, str]]:
    """Return every request of the walk: method and target. None of them writes."""
    targets = ["/taxii2/", "/openapi.json", "/metrics", "/nope/", "/", "/coalition/"]
    targets += [f"/{CIRCLE_ROOT}/", f"/{CIRCLE_ROOT}/collections/", "/coalition/collections/"]
    for root, alias, collection_id in collections_of_story(server):
        base = f"/{root}/collections/{alias}/"
        targets += [base, f"/{root}/collections/{collection_id}/"]
        targets.append(f"/{root}/collections/{collection_id}/objects/?match[version]=all")
        targets += [
            f"{base}{form}/{query}" for form in ("objects", "manifest") for query in QUERIES
        ]
        for stix_id in (*ids_of_story(), "indicator--00000000-0000-4000-8000-000000000000"):
            targets.append(f"{base}objects/{stix_id}/?match[version]=all")
            targets.append(f"{base}objects/{stix_id}/versions/")
    walked = [("GET", target) for target in targets]
    walked += [
        (method, target)
        for target in targets
        if "?" not in target and "versions" not in target
        for method in METHODS
        if not (method == "POST" and target.endswith("/objects/"))
    ]
    for root, alias, _ in collections_of_story(server):
        # Deletes that are refused or find nothing, pushes that are no envelope.
        base = f"/{root}/collections/{alias}/objects/"
        walked.append(("POST", base))
        walked.append(("DELETE", f"{base}{ids_of_story()[0]}/?match[type]=x"))
        walked.append(("DELETE", f"{base}indicator--00000000-0000-4000-8000-000000000000/"))
    return walked


def principals(member: str | None) -> list[str | None]:
    """Return the clients that the twin is for; ``None`` is nobody."""
    if member is None:
        return ["operator", None, "wrong-password"]
    return [f"{role}-{member}" for role in ROLES]


def client_for(server: RunningServer, name: str | None) -> Client:
    """Return the client, or one with a name and a password that nobody has."""
    if name == "wrong-password":
        return Client("127.0.0.1", server.port, basic("no-such-client", "wrong"), "/coalition/")
    return server.client(name)


def names_of(told: Told, member: str | None) -> dict[str, str]:
    """Return the random ids of this server: the member's statuses, by their number."""
    answers = told.statuses.get(member or "", [])
    return {answer.json()["id"]: f"status {n}" for n, answer in enumerate(answers)}


def test_every_answer_equals_the_twins(world: World) -> None:
    """INV-SCOPE: every route as every kind of principal, bytes compared."""
    walked = routes(world.whole.server)
    names = names_of(world.whole, world.member), names_of(world.twin, world.member)
    differences = []
    for name in principals(world.member):
        ours, theirs = (client_for(t.server, name) for t in (world.whole, world.twin))
        for method, target in walked if name != "wrong-password" else walked[:8]:
            if target == "/metrics" and name == "operator":
                continue  # figures of the whole coalition are what an operator is for
            pair = [one.send(method, target) for one in (ours, theirs)]
            seen, expected = (comparable(a, n) for a, n in zip(pair, names, strict=True))
            if seen != expected:
                differences.append((name, method, target, seen, expected))
    assert not differences, (len(differences), differences[:3])


def test_walks_by_next_end_alike(world: World) -> None:
    """INV-SCOPE: number, length and content of pages, ``more`` and dates' presence."""
    for name in principals(world.member)[:3]:
        for root, alias, _ in collections_of_story(world.whole.server):
            for version in ("all", "last"):
                path = f"/{root}/collections/{alias}/objects/?match[version]={version}&limit=2"
                walks = [
                    walk(client_for(told.server, name), path) for told in (world.whole, world.twin)
                ]
                assert walks[0] == walks[1], (name, path)


def walk(client: Client, path: str) -> list[Any]:
    """Return every page of a walk in comparable form."""
    pages, target = [], path
    for _ in range(500):
        answer = client.get(target)
        pages.append(comparable(answer, {}))
        token = answer.json().get("next")
        if token is None:
            return pages
        target = f"{path}&next={token}"
    raise AssertionError("a walk of more than 500 pages")


def test_a_pushers_statuses_equal_the_twins(world: World) -> None:
    """INV-SCOPE: counts, messages and failures of its own pushes and deletes; read again, too."""
    if world.member is None:
        return
    ours, theirs = (names_of(t, world.member) for t in (world.whole, world.twin))
    for kind in ("statuses", "deletions"):
        pairs = zip(
            getattr(world.whole, kind).get(world.member, []),
            getattr(world.twin, kind).get(world.member, []),
            strict=True,
        )
        for n, (a, b) in enumerate(pairs):
            assert comparable(a, ours) == comparable(b, theirs), (kind, n)
    for role in ROLES:
        clients = [
            told.server.client(f"{role}-{world.member}") for told in (world.whole, world.twin)
        ]
        for mine, twins in zip(ours, theirs, strict=True):
            answers = clients[0].get(f"status/{mine}/"), clients[1].get(f"status/{twins}/")
            assert comparable(answers[0], ours) == comparable(answers[1], theirs), role


def test_other_members_statuses_are_as_if_they_were_not(world: World) -> None:
    """INV-SCOPE, A-26: the id of another's push is as unknown as any."""
    foreign = [
        answer.json()["id"]
        for member, answers in world.whole.statuses.items()
        if member != world.member
        for answer in answers[:2]
    ]
    for name in principals(world.member)[:2]:
        ours, theirs = (client_for(t.server, name) for t in (world.whole, world.twin))
        for status_id in foreign:
            pair = [comparable(one.get(f"status/{status_id}/"), {}) for one in (ours, theirs)]
            assert pair[0] == pair[1], name


@pytest.fixture(scope="module")
def pair(folder: DataFolder) -> Iterator[tuple[RunningServer, RunningServer]]:
    """Yield two servers without objects, for what two members push under one id."""
    copies = [folder.copy(folder.path.parent / name) for name in ("pair-1", "pair-2")]
    with RunningServer(copies[0]) as first, RunningServer(copies[1]) as second:
        yield first, second


@pytest.mark.parametrize("member", COMPANIES)
@pytest.mark.parametrize("kind", ["equal", "different", "revoked", "deleted"])
@pytest.mark.parametrize("first", [True, False], ids=["other first", "other later"])
def test_two_producers_of_one_id_do_not_see_each_other(
    pair: tuple[RunningServer, RunningServer], member: str, kind: str, first: bool
) -> None:
    """INV-SCOPE: another company pushes the same id, RED so that nobody is shown it."""
    other = next(one for one in COMPANIES if one != member)
    stix = make_indicator(object_marking_refs=[TLP_RED])
    others = other_form(stix, kind)
    mine: list[Step] = [Push(member, (stix,)), Push(member, (newer(stix, 2),))]
    mine += [Delete(member, stix["id"], newer(stix, 2)["modified"])]
    theirs: list[Step] = [Push(other, (others,))]
    if kind == "deleted":
        theirs.append(Delete(other, stix["id"]))
    told = [Told(pair[0]), Told(pair[1])]
    told[0].tell([*theirs, *mine] if first else [*mine[:1], *theirs, *mine[1:]])
    told[1].tell(mine)

    assert everything(told[0], member, stix["id"]) == everything(told[1], member, stix["id"])


def other_form(stix: Stix, kind: str) -> Stix:
    """Return what the other producer pushes under the same id."""
    if kind == "equal":
        return stix
    if kind == "revoked":
        return newer(stix, 9, revoked=True)
    return {**stix, "name": "the other's"}


def everything(told: Told, member: str, stix_id: str) -> list[Any]:
    """Return every answer about one id that the member's clients can get."""
    names = names_of(told, member)
    answers: list[Answer] = [*told.statuses[member], *told.deletions[member]]
    for role in ROLES:
        client = told.server.client(f"{role}-{member}")
        for alias in (f"from-{member}", f"for-{member}"):
            base = f"collections/{alias}/"
            answers += [client.get(f"{base}objects/{stix_id}/?match[version]=all")]
            answers += [client.get(f"{base}objects/{stix_id}/versions/")]
            answers += [client.get(f"{base}manifest/?match[id]={stix_id}&match[version]=all")]
    return [comparable(answer, names) for answer in answers]


def test_a_wrong_name_and_a_wrong_password_get_the_same_bytes(whole: Told) -> None:
    """INV-SCOPE, T-NET-10: client names are never confirmed or denied."""
    anonymous = whole.server.client()
    answers = [
        comparable(anonymous.get("/taxii2/", headers=[("Authorization", basic(name, "wrong"))]), {})
        for name in ("aud-cisa", "never-heard-of", "operator")
    ]

    assert answers[0] == answers[1] == answers[2]
