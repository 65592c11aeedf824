"""The order in which objects are sent: what is named comes before what names it.

A server that decides about an object may look at what the object names. Sent in
this order, everything it names that is in the push is there already. Objects that
name each other in a circle (strongly connected components of the graph) cannot be
ordered, so they form one group that should travel in one envelope.

A name is any STIX identifier of another object of the push, in any string or key
at any depth: references, embedded ones, prose. It is recognised by its UUID alone,
in either case; a false name costs nothing but a place in the order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from taxii_server.client.bundles import StixText
from taxii_server.clock import parse_instant

# The lookahead finds overlapping matches, so that no prefix can hide an identifier.
_UUID = re.compile(r"(?=([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}))")

Graph = Sequence[Sequence[int]]


def group_for_sending(objects: Iterable[StixText]) -> list[list[StixText]]:
    """Return the objects in groups: send them in this order, each group in one envelope.

    All versions of one id are in one group, in order of ``modified``; else the
    given order is kept where names allow it.
    """
    nodes = _versions_by_id(objects)
    graph = _names_graph(nodes)
    return [
        [version for node in sorted(component) for version in nodes[node]]
        for component in strongly_connected(graph)
    ]


def named_uuids(value: object) -> set[str]:
    """Return every UUID in the strings and keys of a JSON value, in lower case."""
    found: set[str] = set()
    waiting: list[Any] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if item.count("-") >= 4:  # most strings are prose without any
                found.update(_UUID.findall(item.lower()))
        elif isinstance(item, Mapping):
            waiting.extend(item.keys())
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found


def strongly_connected(graph: Graph) -> Iterator[list[int]]:
    """Yield the strongly connected components, successors first (Tarjan, without recursion).

    ``graph[n]`` are the nodes that must come before ``n`` or together with it.

    >>> list(strongly_connected([[1], [2], [1], [0]]))
    [[2, 1], [0], [3]]
    """
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    for root in range(len(graph)):
        if root in index:
            continue
        work: list[tuple[int, Iterator[int]]] = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(graph[successor])))
                    break
                if successor in on_stack:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    yield _pop_component(stack, on_stack, node)


def _pop_component(stack: list[int], on_stack: set[int], node: int) -> list[int]:
    component: list[int] = []
    while not component or component[-1] != node:
        component.append(stack.pop())
        on_stack.discard(component[-1])
    return component


def _versions_by_id(objects: Iterable[StixText]) -> list[list[StixText]]:
    """Return the objects by id, in order of first appearance; those without an id alone."""
    by_id: dict[str, list[StixText]] = {}
    for number, item in enumerate(objects):
        by_id.setdefault(item.id or f"no id: {number}", []).append(item)
    return [sorted(versions, key=_instant) for versions in by_id.values()]


def _instant(item: StixText) -> str:
    try:
        return parse_instant(item.version or "")
    except ValueError:
        return ""  # no version, or one that the server will refuse: as given


def _names_graph(nodes: Sequence[Sequence[StixText]]) -> Graph:
    holders: dict[str, list[int]] = {}
    for node, versions in enumerate(nodes):
        for uuid in named_uuids(versions[0].id or ""):
            holders.setdefault(uuid, []).append(node)
    return [
        sorted(
            {
                holder
                for version in versions
                for uuid in named_uuids(version.content)
                for holder in holders.get(uuid, ())
                if holder != node
            }
        )
        for node, versions in enumerate(nodes)
    ]
