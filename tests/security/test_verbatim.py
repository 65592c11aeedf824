"""INV-VERBATIM: what goes out equals in meaning what came in (must show 6).

JSON texts are made by hand, so that a number keeps the form it was drawn in, and
read back with every number as its text: ``1.0`` is not ``1`` here.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.servers import RunningServer
from tests.support.stix import make_indicator
from tests.support.wire import Client

LARGEST = 2**53 - 1
DECLARING = "extension-definition--0f2c1f52-7b35-4e3c-a3c1-0f6f3c1a2b4d"


class Token(str):
    """A number as it was written."""


def encode(value: Any) -> str:
    """Return JSON text, ``Token`` numbers as they are."""
    if isinstance(value, Token):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{encode(k)}: {encode(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + " , ".join(encode(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=not (isinstance(value, str) and len(value) % 2))


def decode(text: bytes) -> Any:
    """Return the value with every number as a ``Token``."""
    return json.loads(text, parse_int=Token, parse_float=Token)


digits = st.from_regex(r"[1-9][0-9]{0,14}", fullmatch=True)
numbers = st.one_of(
    st.integers(-LARGEST, LARGEST).map(lambda n: Token(str(n))),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda x: Token(repr(x))),
    st.builds(
        lambda sign, whole, part, power: Token(f"{sign}{whole}.{part}{power}"),
        st.sampled_from(["", "-"]),
        st.one_of(st.just("0"), digits),
        st.from_regex(r"[0-9]{1,12}", fullmatch=True),
        st.sampled_from(["", "e0", "E+5", "e-7", "E10"]),
    ),
    st.sampled_from([Token(t) for t in ("0", "-0", "-0.0", "1.0", "1e2", "1E+2", "0.1e-3")]),
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    ["\u0000", "\u2028", "\ufeff", "\U0001f600", "e\u0301", '"\\/', "\x7f", ""]
)
keys = texts.filter(lambda key: len(key) < 40)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
properties = anything.filter(lambda value: value is not None and value != [])  # STIX forbids them
names = st.from_regex(r"x_[a-z0-9_]{1,20}", fullmatch=True)
fractions = st.sampled_from(
    ["", ".0", ".1", ".120", ".123456", ".123456789", ".000", ".100000000000"]
)
timestamps = st.builds(
    lambda day, second, fraction: f"20{day:02d}-02-0{1 + day % 9}T23:59:{second:02d}{fraction}Z",
    st.integers(0, 29),
    st.integers(0, 59),
    fractions,
)


@st.composite
def stix_objects(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an indicator, a URL or an object of an unknown type, with unknown properties."""
    kind = draw(st.sampled_from(["indicator", "url", "x-unheard-of"]))
    made: dict[str, Any] = {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{uuid.uuid4()}",
        **draw(st.dictionaries(names, properties, max_size=4)),
    }
    if kind == "url":
        return {**made, "value": "https://a.example/" + draw(st.sampled_from(["", "ü", "%41"]))}
    moment = draw(timestamps)
    made |= {"created": moment, "modified": moment}
    if kind == "x-unheard-of":
        made["extensions"] = {DECLARING: {"extension_type": "new-sdo", "x_note": ""}}
    if kind == "indicator":
        made |= {"pattern": "[a:b = 'c']", "pattern_type": "stix", "valid_from": moment}
        made["description"] = draw(texts)
    return made


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sent=st.lists(stix_objects(), min_size=1, max_size=5))
def test_objects_come_out_equal_in_every_token(
    shared: RunningServer, facebook: Client, sent: list[dict[str, Any]]
) -> None:
    """INV-VERBATIM, T-GET-06: submissions and a feed, objects and object."""
    body = '{"objects": [' + ",\n".join(encode(one) for one in sent) + "]}"
    status = facebook.post("collections/from-facebook/objects/", body.encode()).json()
    assert status["success_count"] == len(sent), status
    expected = decode(body.encode())["objects"]
    ids = ",".join(one["id"] for one in expected)

    own = facebook.get("collections/from-facebook/objects/", {"match[id]": ids})
    feed = shared.client("sub-cisa").get("collections/for-cisa/objects/", {"match[id]": ids})
    first = facebook.get(f"collections/from-facebook/objects/{expected[0]['id']}/")

    assert decode(own.body)["objects"] == expected
    assert decode(feed.body)["objects"] == expected
    assert decode(first.body)["objects"] == expected[:1]


def test_a_property_named_like_ours_is_kept(filled: Client) -> None:
    """INV-VERBATIM, T-GET-06: nothing is added, nothing that looks internal is dropped."""
    stix = make_indicator(
        _date_added="x",
        date_added="2020-01-01T00:00:00.000000Z",
        version="7",
        x_mitre_version="1.0",
        __proto__={"a": 1},
        objects=[{}],
        more=True,
    )
    status = filled.post("objects/", {"objects": [stix]}).json()

    assert status["success_count"] == 1, status
    assert filled.get("objects/").objects == [stix]
