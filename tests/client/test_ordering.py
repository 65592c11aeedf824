"""What is named is sent before what names it; circles and versions stay together."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taxii_server.client.ordering import group_for_sending, named_uuids, strongly_connected
from tests.client.make import as_text, make_id, make_object

_GRAPHS = st.integers(1, 12).flatmap(
    lambda n: st.lists(
        st.lists(st.integers(0, n - 1), max_size=4, unique=True), min_size=n, max_size=n
    )
)


def reachable(graph: list[list[int]], start: int) -> set[int]:
    """Return the nodes that can be reached from a node, by at least one step."""
    found: set[int] = set()
    waiting = list(graph[start])
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += graph[node]
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_GRAPHS, st.randoms(use_true_random=False))
def test_every_name_precedes_its_namer_unless_they_are_in_a_circle(
    graph: list[list[int]], shuffle: random.Random
) -> None:
    things = [make_object(n, object_refs=[make_id(m) for m in graph[n]]) for n in range(len(graph))]
    shuffle.shuffle(things)

    groups = group_for_sending(as_text(*things))

    place = {item.id: number for number, group in enumerate(groups) for item in group}
    assert len(place) == len(graph)
    for namer, named in enumerate(graph):
        for node in named:
            circle = namer in reachable(graph, node)
            together = place[make_id(namer)] == place[make_id(node)]
            assert together == (circle or namer == node)
            assert place[make_id(node)] <= place[make_id(namer)]


def test_a_long_chain_needs_no_recursion() -> None:
    graph = [[n + 1] for n in range(50_000)] + [[]]

    assert next(iter(strongly_connected(graph))) == [50_000]


def test_a_name_is_found_in_any_string_key_and_case() -> None:
    target = make_object(1)
    for place in (
        {"object_marking_refs": [target["id"]]},
        {"content": f"see {target['id'].upper()}, page 3"},
        {"extensions": {target["id"]: {}}},
        {"x_deep": [{"a": [{"b": target["id"]}]}]},
    ):
        first, second = group_for_sending(as_text(make_object(2, **place), target))

        assert first[0].id == target["id"], place
        assert second[0].id == make_id(2)


def test_versions_of_one_id_go_oldest_first_by_instant() -> None:
    early = make_object(1, modified="2020-09-14T02:00:00+02:00")
    middle = make_object(1, modified="2020-09-14T00:00:00.5Z")
    late = make_object(1, modified="2020-09-14T00:00:01Z")

    (group,) = group_for_sending(as_text(late, early, middle))

    assert [item.version for item in group] == [t["modified"] for t in (early, middle, late)]


def test_the_given_order_is_kept_where_names_allow_it() -> None:
    things = [make_object(n) for n in (3, 1, 2)]

    groups = group_for_sending(as_text(*things))

    assert [group[0].id for group in groups] == [t["id"] for t in things]


def test_objects_without_an_id_are_sent_too() -> None:
    groups = group_for_sending(as_text({"type": "note"}, {"type": "note"}))

    assert len(groups) == 2


def test_a_uuid_is_found_behind_a_prefix_that_looks_like_one() -> None:
    uuid = make_id(7).partition("--")[2]

    assert uuid in named_uuids({"x": f"00000000-0000-0000-0000-0000{uuid}"})
