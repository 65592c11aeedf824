"""``docs/object-model.md`` and its picture say what the schemas, rules and relations say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import pytest

from stix_models.relationships import RELATIONS
from stix_models.schema_files import EXAMPLE_NAMES, OBJECT_TYPES, example
from stix_models.validation import validate
from taxii_server.sharing.coalition_warnings import INFLUENCE_TYPES, STIX_TYPES
from tests.docs import object_model, picture
from tests.docs.constraints import VERDICTS, Constraint, Verdict, all_constraints, broken
from tests.docs.picture_layout import PANELS
from tests.support.stix import make_sdo

SVG = "{http://www.w3.org/2000/svg}"
Triple = tuple[str, str, str]
Point = tuple[float, float]
PAGE = object_model.FILE.read_text(encoding="utf-8")


def test_the_page_is_what_the_schemas_say() -> None:
    """Write it anew with ``python -m tests.docs.object_model``."""
    assert object_model.render() == PAGE


def test_the_picture_is_what_the_relations_say() -> None:
    """Write it anew with ``python -m tests.docs.picture``."""
    assert picture.render() == picture.FILE.read_text(encoding="utf-8")


def test_every_link_inside_of_the_page_leads_to_a_heading_or_an_anchor() -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", each).lower().replace(" ", "-") for each in headings}
    anchors |= set(re.findall(r'<a id="([^"]+)">', PAGE))

    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors
    assert len(headings) == len(set(headings))


def test_the_repeatable_id_in_the_page_is_what_its_code_makes() -> None:
    code = next(
        each for each in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "own_id" in each
    )
    imported, _, call = code.partition("\n\n")
    call, _, shown = call.partition("# ")

    names: dict[str, object] = {}
    exec(imported, names)  # noqa: S102 - the page's own code

    assert eval(call, names) == shown.strip()  # noqa: S307 - likewise


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_the_example_breaks_no_rule(name: str) -> None:
    assert validate(example(name), accept_undeclared_types=False) == []


@pytest.mark.parametrize(
    ("name", "constraint"),
    [pytest.param(*each, id=f"{each[0]}: {each[1].sentence}") for each in all_constraints()],
)
def test_what_a_sentence_of_the_page_forbids_is_refused_at_that_place(
    name: str, constraint: Constraint
) -> None:
    problems = validate(broken(name, constraint), accept_undeclared_types=False)

    assert [p.pointer for p in problems if p.severity == "error"] == [constraint.pointer]


@pytest.mark.parametrize(
    "verdict", VERDICTS, ids=lambda verdict: f"{verdict.severity}: {verdict.sentence}"
)
def test_what_the_page_says_is_refused_or_warns_does_so(verdict: Verdict) -> None:
    """Audiences, shared ids and unknown extensions are the server's business, tested there."""
    problems = validate(verdict.changed(), accept_undeclared_types=False)

    assert verdict.sentence in PAGE
    found = {(p.severity, p.pointer.split("/")[1]) for p in problems}
    assert found == {(verdict.severity, verdict.name)}


def test_every_suggested_relationship_is_valid_and_joins_types_that_exist() -> None:
    for source, verb, target in _suggested():
        made = make_sdo(
            "relationship",
            relationship_type=verb,
            source_ref=f"{source}--3e8b7c90-5d24-4f6a-8b13-9c0d2e4f6a81",
            target_ref=f"{target}--9a4d2f60-1b7c-4e35-a8d9-5f6e7c8b9a02",
        )
        assert {source, target} <= STIX_TYPES | INFLUENCE_TYPES
        problems = validate(made, accept_undeclared_types=False)
        assert [p for p in problems if p.severity == "error"] == []


def test_every_new_object_has_a_place_among_the_relationships() -> None:
    used = {name for source, _, target in _suggested() for name in (source, target)}

    assert set(OBJECT_TYPES) <= used


def test_the_picture_draws_every_relationship_once_and_no_other() -> None:
    drawn = [each for group in _panels() for each in _triples(group)]

    assert sorted(drawn) == sorted(_suggested())


def test_no_box_of_the_picture_covers_another_and_no_line_runs_through_one() -> None:
    for panel in _panels():
        shapes = list(_shapes(panel))
        for one, other in combinations(shapes, 2):
            assert not one.touches(other), (one, other)
        for line in panel.iter(f"{SVG}path"):
            if line.get("class") == "line":
                points = _sampled(line.get("d", ""))
                inside = [shape for shape in shapes for at in points[2:-2] if shape.holds(at)]
                assert inside == [], line.attrib


def test_a_stix2_that_knows_nothing_of_the_set_returns_plain_dictionaries() -> None:
    """What the page says of tools without the set; in a process that does not import it."""
    code = (
        "import json, sys, stix2\n"
        "found = [stix2.parse(each) for each in json.load(sys.stdin)]\n"
        "print(json.dumps([type(each).__name__ for each in found]))\n"
    )
    sent = [
        example(name) for name in (*OBJECT_TYPES, "influence-campaign") if name != "media-content"
    ]

    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(sent),
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout) == ["dict"] * (len(sent) - 1) + ["Campaign"]


@dataclass(frozen=True)
class Rectangle:
    left: float
    top: float
    width: float
    height: float

    def holds(self, at: Point) -> bool:
        return 0 < at[0] - self.left < self.width and 0 < at[1] - self.top < self.height

    def touches(self, other: Rectangle) -> bool:
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.top < other.top + other.height
            and other.top < self.top + self.height
        )


def _suggested() -> list[Triple]:
    return [triple for relation in RELATIONS for triple in relation.triples()]


def _panels() -> list[ET.Element]:
    """Return the picture's panels, read from the file as a browser would."""
    found = ET.fromstring(picture.FILE.read_text(encoding="utf-8")).findall(f"{SVG}g")  # noqa: S314
    assert len(found) == len(PANELS)
    return found


def _triples(panel: ET.Element) -> Iterator[Triple]:
    for group in panel.findall(f"{SVG}g"):
        lines = group.findall(f"{SVG}path")
        sources = [line.attrib["data-from"] for line in lines if "data-from" in line.attrib]
        targets = [line.attrib["data-to"] for line in lines if "data-to" in line.attrib]
        for verb in group.attrib["data-verbs"].split(", "):
            yield from ((source, verb, target) for source in sources for target in targets)


def _shapes(panel: ET.Element) -> Iterator[Rectangle]:
    for found in panel.iter(f"{SVG}rect"):
        if found.get("class") != "panel":
            numbers = (float(found.attrib[key]) for key in ("x", "y", "width", "height"))
            yield Rectangle(*numbers)


def _sampled(path: str) -> list[Point]:
    """Return points of a path that consists of one M and Cs, as ``picture`` writes it."""
    numbers = [float(each) for each in re.findall(r"-?[\d.]+", path)]
    pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
    found = pairs[:1]
    for first in range(0, len(pairs) - 1, 3):
        curve = pairs[first : first + 4]
        for step in range(1, 41):
            t = step / 40
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            x, y = (
                sum(w * at[axis] for w, at in zip(weights, curve, strict=True)) for axis in (0, 1)
            )
            found.append((x, y))
    return found
