"""INV-VERBATIM on the client's side: objects are cut out, never printed anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taxii_server.client.bundles import compact, read_documents, read_file, read_objects
from taxii_server.client.session import ClientError

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_THINGS = st.lists(
    st.dictionaries(st.text(), _VALUES, max_size=4).map(lambda d: {**d, "type": "x-a"}), max_size=4
)


def test_numbers_and_escapes_are_kept_as_they_were_written() -> None:
    text = '{"type":"note","id":"note--1","x":1.10,"y":1e400,"z":"\\u00e4\\/","n":-0.0}'

    (found,) = read_objects(f'{{"type": "bundle", "objects": [ {text} ]}}', "test")

    assert found.text == text


def test_a_number_too_long_for_python_is_no_error() -> None:
    digits = "9" * 6000

    (found,) = read_objects(f'{{"objects": [{{"type": "note", "x": {digits}}}]}}', "test")

    assert digits in found.text


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_THINGS)
def test_every_object_of_a_bundle_comes_out_equal(things: list[dict[str, object]]) -> None:
    for indent in (None, 2):
        text = json.dumps({"type": "bundle", "id": "b", "objects": things}, indent=indent)

        found = read_objects(text, "test")

        assert [json.loads(item.text) for item in found] == things


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_VALUES)
def test_compact_text_means_the_same_and_has_no_white_space(value: object) -> None:
    short = compact(json.dumps(value, indent=3))

    assert short == json.dumps(value, separators=(",", ":"))


def test_members_around_the_objects_are_read_in_any_order() -> None:
    text = '{"next": "n", "objects": [{"type": "note"}], "more": true}'

    (document,) = read_documents(text, "test")

    assert document.members == {"next": "n", "more": True}
    assert len(document.objects) == 1


def test_json_lines_and_bare_objects_are_read() -> None:
    assert len(read_objects('{"type":"note"}\n{"type":"url"}\n', "test")) == 2


def test_a_bundle_without_objects_is_empty() -> None:
    assert read_objects('{"type":"bundle","id":"bundle--1"}', "test") == []


def test_a_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    file.write_bytes(b'\xef\xbb\xbf{"type":"note"}')

    assert len(read_file(file)) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ('{"objects": [}', "line 1, column 14"),
        ('{"objects": [{"type": "note", "x": NaN}]}', "NaN is not JSON"),
        ("[1]", "neither a bundle nor a STIX object"),
        ('{"a": 1}', "neither a bundle nor a STIX object"),
        ("[" * 200_000, "nested too deeply"),
    ],
)
def test_what_is_not_stix_is_refused_with_a_reason(text: str, problem: str) -> None:
    with pytest.raises(ClientError, match=problem):
        read_objects(text, "test")


def test_a_file_that_is_not_text_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "b.bin"
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ClientError, match=r"b\.bin is not UTF-8"):
        read_file(file)
