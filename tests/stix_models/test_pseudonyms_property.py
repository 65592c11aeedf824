"""Must show 8: no raw identifier of a rewritten account is left anywhere in the output bytes.

The reader here knows nothing of how the rewriting works. Identifiers are drawn so that
they cannot stand in ids, dates, pseudonyms and words of the standard by chance: bytes
that are there by chance are not theirs.
"""

from __future__ import annotations

import html
import json
import quopri
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from stix_models.extensions import EXTENSION_OF_NAME
from stix_models.pseudonyms import CannotRewriteError, Rewritten
from stix_models.pseudonyms.accounts import CASE_INSENSITIVE
from tests.stix_models.pseudonym_bundles import (
    CREATOR,
    left_in,
    make_account,
    make_bundle,
    make_signed,
    opencti,
    refusals,
    rewrite,
    written,
)
from tests.support.stix import make_url

SOCIAL = EXTENSION_OF_NAME["social-account"].id
IDENTIFYING = ("user_id", "account_login", "display_name", "credential")
ODD = "qQzZxXжЖчÇéßÄ中文ﬃ\U0001d52e🙂\u0301_-.@+%&\"'\\/#? "
FAST = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def is_telling(text: str) -> bool:
    """Return whether a text has enough letters that it is nowhere by chance."""
    return sum(character.isalpha() for character in text) >= 3 and bool(text.strip(" @"))


names = st.text(alphabet=ODD, min_size=4, max_size=14).filter(is_telling)
shown_names = st.text(alphabet=ODD + "\u200d\ufe0f", min_size=4, max_size=14).filter(is_telling)
numbers = st.integers(min_value=10**13, max_value=10**18).map(str)
words = st.sampled_from(
    ["The", "coordinated", "network", "posted", "and", "hijacked", "£ 5 %", "\n"]
)


@st.composite
def accounts(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a raw account that can be replaced."""
    found: dict[str, Any] = {"account_type": draw(st.sampled_from([*CASE_INSENSITIVE, "youtube"]))}
    kind = draw(st.sampled_from(["user_id", "account_login", "both"]))
    if kind != "account_login":
        found["user_id"] = draw(numbers | names)
    if kind != "user_id":
        found["account_login"] = draw(names)
    for name in sorted(draw(st.sets(st.sampled_from(["display_name", "credential"])))):
        found[name] = draw(shown_names)
    if draw(st.booleans()):
        url = f"https://t.example/{quote(draw(names))}"
        found["extensions"] = {SOCIAL: {"extension_type": "property-extension", "profile_url": url}}
    return make_account(**found)


def identifiers_of(account: dict[str, Any]) -> list[str]:
    """Return what must be left nowhere: the raw identifiers, and the id that is their hash."""
    return [account["id"], account["id"][-36:]] + [
        account[name] for name in IDENTIFYING if name in account
    ]


@st.composite
def bundles(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Draw a bundle of accounts, of what names them, and of OpenCTI's extensions about them."""
    raw = draw(st.lists(accounts(), min_size=1, max_size=3, unique_by=lambda one: one["id"]))
    secrets = [text for account in raw for text in identifiers_of(account)]
    refs = draw(st.lists(st.sampled_from([one["id"] for one in raw]), min_size=1, max_size=4))
    told = draw(st.lists(st.sampled_from(secrets), max_size=3))
    objects = [
        make_signed("report", name="R", published="2020-01-01T00:00:00Z", object_refs=refs),
        make_signed(
            "note", content=f"About {refs[0]}.", object_refs=refs, extensions=opencti(x=told)
        ),
        make_signed(
            "relationship", relationship_type="uses", source_ref=refs[0], target_ref=CREATOR
        ),
        make_signed("campaign", name="C", x_of={refs[-1]: {"is": refs[0]}}),
        {**make_url("https://a.example"), "extensions": opencti(**{text: text for text in told})},
    ]
    chosen = draw(st.lists(st.sampled_from(objects), max_size=4, unique_by=lambda one: one["id"]))
    for account in raw:
        if draw(st.booleans()):
            extensions = account.get("extensions", {})
            account["extensions"] = {**extensions, **opencti(labels=told)}
    everything = draw(st.permutations([*raw, *chosen]))
    signed = make_signed("campaign", name="Signed")
    return make_bundle(signed, *everything), raw


def assert_nothing_is_left(found: Rewritten, raw: list[dict[str, Any]]) -> None:
    """Look through the bytes for every identifier in every spelling."""
    output = written(found.bundle)
    escaped = json.dumps(found.bundle).encode()
    for account in raw:
        for text in identifiers_of(account):
            assert not left_in(output, text), text
            assert not left_in(escaped, text), text


@FAST
@given(bundles())
def test_nothing_of_an_account_is_left_in_references_keys_and_openctis_extensions(
    drawn: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    """All that is in these bundles can be rewritten, so none may be refused."""
    bundle, raw = drawn

    found = rewrite(bundle)

    assert_nothing_is_left(found, raw)
    assert written(rewrite(bundle).bundle) == written(found.bundle)
    assert written(rewrite(found.bundle).bundle) == written(found.bundle)


def escape(text: str) -> str:
    """Return a text as JSON escapes it when it escapes everything."""
    units = text.encode("utf-16-be")
    return "".join(f"\\u{units[n]:02x}{units[n + 1]:02x}" for n in range(0, len(units), 2))


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper": str.upper,
    "lower": str.lower,
    "quoted": quote,
    "percent": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "twice": lambda text: quote(quote(text, safe=""), safe=""),
    "html": html.escape,
    "numeric": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "json": lambda text: json.dumps({"by": text}),
    "escaped": escape,
    "inside": lambda text: f"xx{text}21",
    "hidden": "\u200b".join,
    "blanked": "\ufe0f".join,
    "markdown": lambda text: re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text),
    "quotable": lambda text: quopri.encodestring(text.encode()).decode(),
    "percent u": lambda text: escape(text).replace("\\u", "%u"),
    "no semicolon": lambda text: "".join(f"&#{ord(character):09d};" for character in text),
    "url": lambda text: f"https://t.example/u/{quote(text, safe='')}?ref=1",
}


@st.composite
def leaks(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """Draw a bundle with an identifier in a text, a property name or a URL, somehow spelled."""
    bundle, raw = draw(bundles())
    account = draw(st.sampled_from(raw))
    name = draw(st.sampled_from([name for name in IDENTIFYING if name in account]))
    spelling = draw(st.sampled_from(sorted(SPELLINGS)))
    told = SPELLINGS[spelling](account[name].strip())
    text = " ".join([*draw(st.lists(words, max_size=4)), told, *draw(st.lists(words, max_size=4))])
    place = draw(st.sampled_from(["content", "name", "key", "list", "url", "deep"]))
    event(f"{spelling} in {place}")
    made = {
        "content": make_signed("note", content=text, object_refs=[CREATOR]),
        "name": make_signed("channel", name=told),
        "key": make_signed("campaign", name="C", x_of={text: 1}),
        "list": make_signed("campaign", name="C", aliases=["A", text]),
        "url": make_url(f"https://t.example/{told}"),
        "deep": make_signed("campaign", name="C", x_of=[[{"a": [{"b": told}]}]]),
    }[place]
    return {**bundle, "objects": [*bundle["objects"], made]}, raw, place


@FAST
@given(leaks())
def test_an_identifier_in_a_text_refuses_the_bundle(
    drawn: tuple[dict[str, Any], list[dict[str, Any]], str],
) -> None:
    bundle, _, _ = drawn
    last = len(bundle["objects"]) - 1

    found = refusals(bundle)

    assert found
    assert {pointer.split("/")[2] for pointer, _ in found} == {str(last)}
    assert {rule for _, rule in found} == {"raw-identifier"}


@FAST
@given(leaks())
def test_redacting_leaves_nothing_or_refuses(
    drawn: tuple[dict[str, Any], list[dict[str, Any]], str],
) -> None:
    bundle, raw, place = drawn

    try:
        found = rewrite(bundle, redact=True)
    except CannotRewriteError:
        event("refused")
        return

    event("redacted")
    assert place != "key"
    assert_nothing_is_left(found, raw)
    assert written(rewrite(bundle, redact=True).bundle) == written(found.bundle)


@FAST
@given(accounts(), accounts())
def test_two_bundles_meet_exactly_on_what_they_know_alike(
    ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    same = {name: ours[name] for name in ("user_id", "account_login") if name in ours}
    assume(all(theirs.get(name) != value for name, value in same.items()))
    signed = make_signed("campaign", name="Signed")
    shared = make_account(account_type=ours["account_type"], **same)

    def ids(*raw: dict[str, Any]) -> set[str]:
        made = rewrite(make_bundle(signed, *raw)).bundle["objects"]
        return {obj["id"] for obj in made if obj["type"] == "user-account"}

    assert ids(ours) == ids(shared)
    assert ids(ours) <= ids(theirs, ours)
    assert len(ids(ours)) == len(same)


@pytest.mark.parametrize("spelling", ["plain", "upper", "lower", "quoted", "inside", "url"])
def test_the_reader_of_these_tests_finds_what_is_left(spelling: str) -> None:
    """A test of the tests: what nobody would find in the output proves nothing."""
    text = 'q\u017e/"x.\u0416\u0447'

    assert left_in(written({"a": SPELLINGS[spelling](text)}), text)
    assert left_in(json.dumps({SPELLINGS[spelling](text): 1}).encode(), text) or spelling == "upper"
