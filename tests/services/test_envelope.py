"""Reading an envelope: what fails as a whole, what fails alone, what stays as sent."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxii_server.errors import UnprocessableError
from taxii_server.services import envelope
from taxii_server.services.envelope import MAX_DEPTH, MAX_INTEGER, EnvelopeItem, read_envelope

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=5)
TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[0-9.eE+-]*|true|false|null|[\[\]{}:,]')


def wrapped(*objects: str) -> bytes:
    return f'{{"objects":[{",".join(objects)}]}}'.encode()


def read_one(text: str) -> EnvelopeItem:
    (item,) = read_envelope(wrapped(text))
    return item


def rules(text: str) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.rule) for fault in read_one(text).faults]


@given(st.lists(OBJECTS, min_size=1, max_size=4), st.booleans(), st.none() | st.integers(0, 3))
def test_objects_come_out_equal_in_meaning(
    objects: list[dict[str, Any]], ascii_only: bool, indent: int | None
) -> None:
    """INV-VERBATIM: unknown properties, floats, emoji as such or as escapes."""
    body = json.dumps({"objects": objects}, ensure_ascii=ascii_only, indent=indent).encode()

    items = read_envelope(body)

    assert [item.value for item in items] == objects
    assert [json.loads(item.text) for item in items] == objects
    assert [item.index for item in items] == list(range(len(objects)))
    assert not any(item.faults for item in items)


@given(OBJECTS, st.booleans(), st.sampled_from([" ", "\n", "\t\r\n  "]))
def test_every_token_stays_as_sent_and_white_space_goes(
    obj: dict[str, Any], ascii_only: bool, white: str
) -> None:
    text = json.dumps(obj, ensure_ascii=ascii_only, separators=(f"{white},{white}", f"{white}:"))

    kept = read_one(f"{white}{text}{white}").text

    assert kept == "".join(TOKENS.findall(text))


@pytest.mark.parametrize(
    "token",
    [
        *("1.10", "1E5", "1e+5", "-0", "-0.0", "0.0000001", "1e-400", "100000000000000000000.5"),
        *('"\\u00e9"', '"\\/"', '"\\ud83d\\ude00"', '"  a  b  "', '"\\" , \\""', '"\\\\"', '"{["'),
        *('"\u2028"', '"\x7f"', '"\u00a0"', '""', "[]", "{}"),
        *(str(MAX_INTEGER), str(-MAX_INTEGER)),
    ],
)
def test_a_token_stays_as_sent(token: str) -> None:
    item = read_one(f' {{ "a" :\t{token} ,\r\n "b":[ {token} ] }} ')

    assert item.text == f'{{"a":{token},"b":[{token}]}}'
    assert item.faults == ()


def test_a_bundle_is_read_as_an_envelope() -> None:
    """T-ADD-08, T-ADD-26: unknown properties of the envelope are ignored."""
    body = (
        b'{"type":"bundle","id":"bundle--1","x_a":{"b":[1,{"c":null}]},'
        b'"objects":[{"a":1}],"z":1e999}'
    )

    assert [item.text for item in read_envelope(body)] == ['{"a":1}']


def deep(levels: int, inner: str = "1") -> str:
    """Return a value nested this deep, half lists and half objects."""
    lists, objects = levels - levels // 2, levels // 2
    return "[" * lists + '{"[":' * objects + inner + "}" * objects + "]" * lists


BAD_BODIES: dict[str, bytes] = {
    "empty": b"",
    "white space": b" \n",
    "a byte order mark": b'\xef\xbb\xbf{"objects":[{}]}',
    "UTF-16": '{"objects":[{}]}'.encode("utf-16"),
    "Latin-1": '{"objects":[{"a":"é"}]}'.encode("latin-1"),
    "an encoded surrogate": b'{"objects":[{"a":"\xed\xa0\x80"}]}',
    "an overlong form": b'{"objects":[{"a":"\xc0\xaf"}]}',
    "no JSON": b"objects=1",
    "a list": b'[{"objects":[{}]}]',
    "a text": b'"objects"',
    "a number": b"1",
    "truncated in the list": b'{"objects":[{}',
    "truncated after a comma": b'{"objects":[{},',
    "truncated in a text": b'{"objects":[{"a":"b',
    "truncated in a name": b'{"obj',
    "truncated after a name": b'{"objects"',
    "truncated after a colon": b'{"objects":',
    "truncated at the end": b'{"objects":[{}]',
    "more after the end": b'{"objects":[{}]} {}',
    "a comma at the end": b'{"objects":[{}],}',
    "a comma at the end of the list": b'{"objects":[{},]}',
    "a comma at the end of an object": b'{"objects":[{"a":1,}]}',
    "two commas": b'{"objects":[{},,{}]}',
    "no comma": b'{"objects":[{}{}]}',
    "a semicolon": b'{"objects":[{};{}]}',
    "no quotes": b"{objects:[{}]}",
    "single quotes": b"{'objects':[{}]}",
    "a comment": b'{"objects":[{}/**/]}',
    "NaN": b'{"objects":[{"a":NaN}]}',
    "Infinity": b'{"objects":[{"a":[-Infinity]}]}',
    "NaN beside the objects": b'{"a":NaN,"objects":[{}]}',
    "a leading zero": b'{"objects":[{"a":01}]}',
    "a plus": b'{"objects":[{"a":+1}]}',
    "no digit after the point": b'{"objects":[{"a":1.}]}',
    "hexadecimal": b'{"objects":[{"a":0x1}]}',
    "a raw line break in a text": b'{"objects":[{"a":"\n"}]}',
    "a NUL": b'{"objects":[{"a":"\x00"}]}',
    "a bad escape": b'{"objects":[{"a":"\\x41"}]}',
    "a short escape": b'{"objects":[{"a":"\\u12"}]}',
    "another white space": '{"objects":[\u00a0{}]}'.encode(),
    "a form feed": b'{"objects":[\x0c{}]}',
    "no objects": b"{}",
    "objects under another name": b'{"Objects":[{}]}',
    "an empty list": b'{"objects":[]}',
    "an empty list with a blank": b'{"objects":[ ]}',
    "an object of objects": b'{"objects":{}}',
    "null": b'{"objects":null}',
    "a text of objects": b'{"objects":"[{}]"}',
    "objects twice": b'{"objects":[{}],"objects":[{}]}',
    "objects twice in two spellings": b'{"objects":[{}],"\\u006fbjects":[{}]}',
    "another name twice": b'{"a":1,"a":2,"objects":[{}]}',
    "too deep in an object": wrapped(f'{{"a":{deep(MAX_DEPTH - 2)}}}'),
    "too deep in place of an object": wrapped(deep(MAX_DEPTH - 1)),
    "too deep beside the objects": f'{{"a":{deep(MAX_DEPTH)},"objects":[{{}}]}}'.encode(),
    "too deep under a name that is twice": wrapped(f'{{"a":{deep(MAX_DEPTH - 2)},"a":1}}'),
    "very deep lists": wrapped("[" * 100_000),
    "very deep objects": wrapped('{"a":' * 100_000),
    "a very deep root": b"[" * 100_000,
    "very deep and complete": wrapped("[" * 900 + "]" * 900),
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_is_no_envelope_is_unprocessable(body: bytes) -> None:
    """T-ADD-13, T-ADD-14, T-ADD-28, T-CN-16."""
    with pytest.raises(UnprocessableError) as caught:
        read_envelope(body)

    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "body",
    [
        wrapped(f'{{"a":{deep(MAX_DEPTH - 3)}}}'),
        wrapped(f'{{"a":{deep(MAX_DEPTH - 3)},"b":"[[[[{{\\"[","c":[[],[]]}}'),
        f'{{"a":{deep(MAX_DEPTH - 1)},"objects":[{{}}]}}'.encode(),
        wrapped("{" + ",".join(f'"{n}":[[{{}}]]' for n in range(100)) + "}"),
        wrapped('{"a":"' + "[{" * 10_000 + '"}'),
    ],
)
def test_depth_is_judged_exactly(body: bytes) -> None:
    """At 64 levels all is well; brackets beside each other and inside of texts are not depth."""
    (item,) = read_envelope(body)

    assert item.faults == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", [("", "not-an-object")]),
        ("null", [("", "not-an-object")]),
        ('"\\ud800"', [("", "not-an-object")]),
        ("[{}]", [("", "not-an-object")]),
        ('{"a":1,"a":1}', [("/a", "duplicate-name")]),
        ('{"a":1,"\\u0061":2}', [("/a", "duplicate-name")]),
        ('{"b":[{},{"a/b":1,"a/b":1}]}', [("/b/1/a~1b", "duplicate-name")]),
        ('{"a":"\\ud800"}', [("/a", "lone-surrogate")]),
        ('{"a":["x","\\uDFFFy"]}', [("/a/1", "lone-surrogate")]),
        ('{"a":"\\ude00\\ud83d"}', [("/a", "lone-surrogate")]),
        ('{"\\udc00":1}', [("/?", "lone-surrogate")]),
        (f'{{"a":{MAX_INTEGER + 1}}}', [("/a", "number-range")]),
        (f'{{"a":{-MAX_INTEGER - 1}}}', [("/a", "number-range")]),
        ('{"a":{"b":[0,1e400]}}', [("/a/b/1", "number-range")]),
        ('{"a":-1e400}', [("/a", "number-range")]),
        (f'{{"a":{"9" * 5_000}}}', [("/a", "number-range")]),
        (f'{{"a":{"9" * 400}.5}}', [("/a", "number-range")]),
        ('{"a":"\\ud800","b":1e400}', [("/a", "lone-surrogate"), ("/b", "number-range")]),
    ],
)
def test_a_fault_of_one_object_is_placed(text: str, expected: list[tuple[str, str]]) -> None:
    """T-ADD-28, RFC 7493."""
    assert rules(text) == expected


def test_the_neighbours_of_a_faulty_object_are_unaffected() -> None:
    """T-ADD-15."""
    items = read_envelope(wrapped('{"a":1}', '{"a":1,"a":2}', "7", '{"b":"\\ud800"}', '{"c":3}'))

    assert [bool(item.faults) for item in items] == [False, True, True, True, False]
    assert [items[0].value, items[2].value, items[4].value] == [{"a": 1}, None, {"c": 3}]


@pytest.mark.parametrize(
    "text", ['{"a":"\\ud83d\\ude00"}', '{"a":"\\\\ud800"}', '{"a":"\\uD83D\\uDE00"}']
)
def test_pairs_of_surrogates_and_what_looks_like_them_are_fine(text: str) -> None:
    assert rules(text) == []


def test_the_faults_of_one_object_are_bounded() -> None:
    assert len(rules('{"a":[' + ",".join(["1e400"] * 1_000) + "]}")) == envelope.MAX_FAULTS


def test_a_fault_does_not_repeat_a_long_input() -> None:
    name = "n" * 100_000

    (fault,) = read_one(f'{{"{name}":1,"{name}":2}}').faults

    assert len(fault.message) + len(fault.pointer) < 400


def test_more_objects_than_the_bound_are_unprocessable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "MAX_OBJECTS", 3)

    assert len(read_envelope(wrapped(*["{}"] * 3))) == 3
    with pytest.raises(UnprocessableError):
        read_envelope(wrapped(*["{}"] * 4))


@given(st.binary(max_size=60) | st.text('{}[]":,\\ue0d8Ntf1.-', max_size=60).map(str.encode))
def test_any_bytes_get_an_answer(body: bytes) -> None:
    """Never another exception, which would be a 500."""
    for candidate in (body, b'{"objects":[' + body + b"]}", b'{"objects":[{"a":' + body + b"}]}"):
        try:
            items = read_envelope(candidate)
        except UnprocessableError:
            continue
        assert items
        for item in items:
            json.loads(item.text)


@pytest.mark.parametrize(
    "inner",
    [
        "9" * 3_000_000,
        "0." + "9" * 3_000_000,
        '"' + "\\n" * 1_500_000 + '"',
        "[" * 60 + '"x"' + "]" * 60 + "," + "[]," * 500_000 + "1",
    ],
    ids=["an integer", "a fraction", "escapes", "lists"],
)
def test_hostile_texts_are_read_in_linear_time(inner: str) -> None:
    """Some 3 MB each; quadratic work would take minutes, so the bound can be generous."""
    started = time.monotonic()

    read_envelope(wrapped(f'{{"a":[{inner}]}}'))

    assert time.monotonic() - started < 20
