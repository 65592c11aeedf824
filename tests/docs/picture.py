"""``docs/object-model.svg``: the objects and their relationships, drawn from ``RELATIONS``.

Boxes are types, rounded labels are verbs: whatever leads into a verb may be its source,
whatever the verb leads to its target. What stands where is in ``picture_layout``, lines are
computed here. ``python -m tests.docs.picture`` writes the file; a test keeps it equal, another
one sees to it that every relationship is drawn and that no line runs through a box.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

from stix_models.relationships import CLUSTER, RELATIONS, Relation
from stix_models.schema_files import MEDIA_CONTENT, NEW_TYPES
from tests.docs.picture_layout import DARK, PANELS, STYLE, Panel, Place

FILE = Path(__file__).parents[2] / "docs" / "object-model.svg"

WIDTH = 960  # all lengths are pixels
MARGIN = 12
COLUMN, ROW = 193, 56  # from one place to the next
FIRST_COLUMN = 94
BOX_WIDTH, BOX_HEIGHT = 148, 40
VERB_HEIGHT, VERB_PADDING, LETTER = 22, 20, 7.2
TITLE_HEIGHT, LEGEND_HEIGHT = 48, 56
ARROW = 8

Point = tuple[float, float]  # x and y


@dataclass(frozen=True, slots=True)
class Shape:
    """A box or a verb: its middle and half its size."""

    x: float
    y: float
    half_width: float
    half_height: float


def render() -> str:
    """Return the text of the picture."""
    top: float = LEGEND_HEIGHT
    parts: list[str] = []
    for panel in PANELS:
        rows = max(row for _, row in (*panel.boxes.values(), *panel.by_way_of.values()))
        height = TITLE_HEIGHT + (rows + 1) * ROW
        parts += _panel(panel, top, height)
        top += height + MARGIN
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_number(top)}" '
        f'width="{WIDTH}" height="{_number(top)}" role="img" aria-labelledby="what">',
        '<title id="what">Objects of the influence-operation set and the relationships that join '
        "them; the page has them as a table</title>",
        f"<style>\n{STYLE}@media (prefers-color-scheme:dark){{\n{DARK}}}\n</style>",
        *_legend(),
    ]
    return "\n".join([*head, *parts, "</svg>"]) + "\n"


def _panel(panel: Panel, top: float, height: float) -> Iterator[str]:
    yield "<g>"
    yield (
        f'<rect class="panel" x="1" y="{_number(top)}" width="{WIDTH - 2}" '
        f'height="{_number(height)}" rx="8"/>'
    )
    yield f'<text class="head" x="20" y="{_number(top + 26)}">{escape(panel.title)}</text>'
    shapes = {name: _box(place, top) for name, place in panel.boxes.items()}
    for name, place in panel.verbs.items():
        yield from _verb(name, _middle(place, top), shapes, panel.by_way_of, top)
    for name, shape in shapes.items():
        yield from _drawn(shape, _class_of(name), _lines_of(name))
    yield "</g>"


def _verb(
    name: str,
    at: Point,
    shapes: Mapping[str, Shape],
    by_way_of: Mapping[tuple[str, str], Place],
    top: float,
) -> Iterator[str]:
    """Draw a verb, the lines that lead to it, and those that lead from it."""
    first, _, label = name.partition(" ")
    relation = relations_of(name)[0]
    half_width = (len(label) * LETTER + VERB_PADDING) / 2
    verb = Shape(*at, half_width, VERB_HEIGHT / 2)
    yield f'<g data-verbs="{label}">'
    if relation.sources == relation.targets:
        yield from _loop(shapes[first], verb, first)
    else:
        for source in relation.sources:
            start, end = _ends(shapes[source], verb)
            yield f'<path class="line" data-from="{source}" d="{_curve([start, end])}"/>'
        for target in relation.targets:
            start, end = _ends(verb, shapes[target])
            bend = by_way_of.get((name, target))
            points = [start, _middle(bend, top), end] if bend else [start, end]
            yield from _arrow(points, target)
    yield from _drawn(verb, "verb", [label])
    yield "</g>"


def relations_of(name: str) -> list[Relation]:
    """Return the relations that a verb of the picture stands for; they have the same ends."""
    first, _, label = name.partition(" ")
    return [
        next(each for each in RELATIONS if (each.sources[0], each.verb) == (first, verb))
        for verb in label.split(", ")
    ]


def _loop(box: Shape, verb: Shape, name: str) -> Iterator[str]:
    """Draw the way from a box up to the verb above it and back."""
    out, low, edge = verb.half_width / 2, verb.y + verb.half_height, box.y - box.half_height
    start, end = (box.x - out, edge), (box.x - out, low)
    yield f'<path class="line" data-from="{name}" d="{_curve([start, end])}"/>'
    yield from _arrow([(box.x + out, low), (box.x + out, edge)], name)


def _ends(start: Shape, end: Shape) -> tuple[Point, Point]:
    """Return where a line leaves one shape and meets the other: on the sides that face."""
    if _above_each_other(start, end):
        sign = 1 if end.y > start.y else -1
        return (start.x, start.y + sign * start.half_height), (
            end.x,
            end.y - sign * end.half_height,
        )
    sign = 1 if end.x > start.x else -1
    return (start.x + sign * start.half_width, start.y), (end.x - sign * end.half_width, end.y)


def _above_each_other(one: Shape, other: Shape) -> bool:
    return abs(one.x - other.x) < one.half_width + other.half_width


def _arrow(points: list[Point], target: str) -> Iterator[str]:
    (x, y), (before_x, before_y) = points[-1], points[0]
    across, down = (_sign(x - before_x), 0) if x != before_x else (0, _sign(y - before_y))
    points = [*points[:-1], (x - across * ARROW, y - down * ARROW)]
    yield f'<path class="line" data-to="{target}" d="{_curve(points)}"/>'
    yield _tip(x, y, across, down)


def _curve(points: list[Point]) -> str:
    """Return a path through the points that runs level, or upright, at each of them."""
    d = f"M{_at(*points[0])}"
    for (x, y), (next_x, next_y) in pairwise(points):
        middle = (x + next_x) / 2
        d += f" C{_at(middle, y)} {_at(middle, next_y)} {_at(next_x, next_y)}"
    return d


def _tip(x: float, y: float, across: int, down: int) -> str:
    """Return the head of an arrow that ends in a point, pointing along an axis."""
    back_x, back_y, half = x - across * ARROW, y - down * ARROW, ARROW / 2
    one = _at(back_x - down * half, back_y - across * half)
    other = _at(back_x + down * half, back_y + across * half)
    return f'<path class="tip" d="M{_at(x, y)} L{one} L{other}Z"/>'


def _legend() -> Iterator[str]:
    kinds = (("ours", "of this set"), ("standard", "STIX 2.1"), ("opencti", "OpenCTI"))
    y = (LEGEND_HEIGHT - MARGIN) / 2 + 1
    yield f'<rect class="panel" x="1" y="1" width="{WIDTH - 2}" height="{2 * y - 2:g}" rx="8"/>'
    for number, (kind, label) in enumerate(kinds):
        shape = Shape(20 + 55 + number * 124, y, 55, 14)
        yield from _drawn(shape, kind, [label])
    yield from _drawn(Shape(432, y, 42, VERB_HEIGHT / 2), "verb", ["verb"])
    said = "Read: any box that leads to a verb, the verb, any box it leads to."
    yield f'<text x="492" y="{_number(y + 5)}">{said}</text>'


def _drawn(shape: Shape, kind: str, lines: list[str]) -> Iterator[str]:
    left, top = shape.x - shape.half_width, shape.y - shape.half_height
    yield (
        f'<rect class="{kind}" x="{_number(left)}" y="{_number(top)}" '
        f'width="{_number(2 * shape.half_width)}" height="{_number(2 * shape.half_height)}" '
        f'rx="{11 if kind == "verb" else 5}"/>'
    )
    first = shape.y + 4.5 - (len(lines) - 1) * 7.5
    spans = "".join(
        f'<tspan x="{_number(shape.x)}" y="{_number(first + number * 15)}">{line}</tspan>'
        for number, line in enumerate(lines)
    )
    yield f'<text text-anchor="middle">{spans}</text>'


def _lines_of(name: str) -> list[str]:
    """Return the name of a type, in two lines if it is long."""
    if name != CLUSTER:
        return [name]
    first, rest = name.split("-", 1)
    return [f"{first}-", rest]


def _class_of(name: str) -> str:
    if name in NEW_TYPES:
        return "ours"
    return "opencti" if name == MEDIA_CONTENT else "standard"


def _box(place: Place, top: float) -> Shape:
    return Shape(*_middle(place, top), BOX_WIDTH / 2, BOX_HEIGHT / 2)


def _middle(place: Place, top: float) -> Point:
    column, row = place
    return FIRST_COLUMN + column * COLUMN, top + TITLE_HEIGHT + BOX_HEIGHT / 2 + row * ROW


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _at(x: float, y: float) -> str:
    return f"{_number(x)} {_number(y)}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
