"""Pseudonyms of single accounts: vectors, spellings of logins, keys, what is left out."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
import stix2

from stix_models.deterministic import sco_id
from stix_models.extensions import EXTENSION_OF_NAME
from stix_models.pseudonyms import (
    InvalidKeyError,
    PseudonymKey,
    key_text,
    normalize_login,
    parse_key,
    pseudonym,
    pseudonymous_accounts,
    token,
)
from stix_models.validation import validate
from tests.stix_models.pseudonym_bundles import KEY, make_account
from tests.support.stix import TLP2_GREEN, TLP2_RED

PSEUDONYMOUS = EXTENSION_OF_NAME["pseudonymous-account"].id
SHARING = EXTENSION_OF_NAME["sharing"].id
SOCIAL = EXTENSION_OF_NAME["social-account"].id


@pytest.mark.parametrize(
    ("platform", "kind", "value", "digits", "stix_id"),
    [
        (
            "twitter",
            "login",
            "jack",
            "0120a07ebe03fc6f72d9770594b24880f050f16727e8b115ae0ba398916e7556",
            "user-account--f2307a7a-05be-5044-ae1f-e10ee011c874",
        ),
        (
            "facebook",
            "id",
            "100001234567890",
            "14461f6e8dc0ff378552da3c69d37278f99e5cc8ed0a03d754c76f40207c3c79",
            "user-account--1cb3f45e-3bb0-5173-8b49-b4d41330f22a",
        ),
    ],
)
def test_the_vectors_of_the_object_model_hold(
    platform: str, kind: Any, value: str, digits: str, stix_id: str
) -> None:
    """Must show 8. Another implementation with the key must meet on the same id."""
    name = {"id": "user_id", "login": "account_login"}[kind]
    raw = {"type": "user-account", "account_type": platform, name: value}

    (made,) = pseudonymous_accounts(raw, KEY)

    assert token(KEY, platform, kind, value) == digits
    assert made["user_id"] == f"pseudonym:k-2020:{kind}:{digits}"
    assert made["id"] == stix_id


def test_the_token_is_the_hmac_of_the_text_that_the_page_prescribes() -> None:
    text = "clearinghouse/account/2\nyoutube\nlogin\nÄnne"

    expected = hmac.new(bytes(range(32)), text.encode(), hashlib.sha256).hexdigest()

    assert token(KEY, "youtube", "login", " @A\u0308nne ") == expected


@pytest.mark.parametrize(
    ("platform", "written", "agreed"),
    [
        ("twitter", "Jack", "jack"),
        ("twitter", "  @JACK\u00a0", "jack"),
        ("twitter", "@@jack", "@jack"),
        ("twitter", "\uff2aack", "jack"),
        ("facebook", "Straße", "strasse"),
        ("instagram", "Jack", "jack"),
        ("threads", "Jack", "jack"),
        ("tiktok", "Jack", "jack"),
        ("telegram", "Jack", "jack"),
        ("reddit", "Jack", "jack"),
        ("youtube", "@Jack", "Jack"),
        ("wikipedia", "Jack \ufb03", "Jack ffi"),
        ("discord", "Jack", "Jack"),
    ],
)
def test_logins_are_taken_to_the_form_that_the_page_prescribes(
    platform: str, written: str, agreed: str
) -> None:
    assert normalize_login(platform, written) == agreed


def test_an_id_is_hashed_exactly_as_it_is_written() -> None:
    """Ids can be case-sensitive (YouTube's are), and a blank in one means something."""
    tokens = {token(KEY, "facebook", "id", value) for value in ("UCa", "UCA", " UCa", "@UCa")}

    assert len(tokens) == 4


def test_the_platform_and_the_kind_are_part_of_the_pseudonym() -> None:
    made = {
        pseudonym(KEY, "twitter", "login", "4711"),
        pseudonym(KEY, "reddit", "login", "4711"),
        pseudonym(KEY, "twitter", "id", "4711"),
        pseudonym(PseudonymKey("k-2020", bytes(range(1, 33))), "twitter", "id", "4711"),
        pseudonym(PseudonymKey("k-2021", bytes(range(32))), "twitter", "id", "4711"),
    }

    assert len(made) == 5


@pytest.mark.parametrize("kind", ["id", "login"])
@pytest.mark.parametrize(
    "value", ["", "  ", "a\nb", "a\x00", "\tjack", "a\x7f", "a\u2028b", "\ud800"]
)
def test_what_cannot_be_written_twice_the_same_is_refused(kind: Any, value: str) -> None:
    """A line break would let one text be two different accounts."""
    with pytest.raises(ValueError):
        token(KEY, "twitter", kind, value)


def test_everything_that_tells_a_person_is_left_out_and_named() -> None:
    raw = make_account(
        user_id="4711",
        display_name="Jack",
        credential="secret",
        account_created="2020-01-01T00:00:00.000Z",
        is_privileged=False,
        is_disabled=True,
        object_marking_refs=[TLP2_GREEN],
        x_note="a friend of Jill",
        extensions={
            SOCIAL: {
                "extension_type": "property-extension",
                "profile_url": "https://t.example/jack",
            },
            SHARING: {"extension_type": "property-extension", "audience": ["companies"]},
        },
    )

    (made,) = pseudonymous_accounts(raw, KEY)

    assert made == {
        "type": "user-account",
        "spec_version": "2.1",
        "id": sco_id("user-account", {"account_type": "twitter", "user_id": made["user_id"]}),
        "account_type": "twitter",
        "user_id": pseudonym(KEY, "twitter", "id", "4711"),
        "is_disabled": True,
        "object_marking_refs": [TLP2_GREEN],
        "extensions": {
            PSEUDONYMOUS: {
                "extension_type": "property-extension",
                "scheme": "hmac-sha256",
                "key_id": "k-2020",
                "kind": "id",
                "attributes": [
                    *("account_created", "credential", "display_name", "extensions"),
                    *("is_privileged", "user_id"),
                ],
            },
            SHARING: raw["extensions"][SHARING],
        },
    }


def test_a_pseudonymous_account_is_valid_and_a_class_of_stix2_takes_it() -> None:
    raw = make_account(
        user_id="4711", account_login="jack", object_marking_refs=[TLP2_GREEN], is_disabled=True
    )

    for account in pseudonymous_accounts(raw, KEY):
        assert validate(account, accept_undeclared_types=False) == []
        assert stix2.parse(account, allow_custom=False).user_id == account["user_id"]


def test_an_account_known_both_ways_becomes_two() -> None:
    by_id, by_login = pseudonymous_accounts(make_account(user_id="4711", account_login="Jack"), KEY)

    assert by_id["user_id"] == pseudonym(KEY, "twitter", "id", "4711")
    assert by_login["user_id"] == pseudonym(KEY, "twitter", "login", "jack")


def test_a_marking_of_the_login_marks_the_pseudonym_that_is_made_of_it() -> None:
    marking = {"marking_ref": TLP2_RED, "selectors": ["account_login", "display_name"]}
    raw = make_account(
        user_id="4711", account_login="jack", display_name="Jack", granular_markings=[marking]
    )

    by_id, by_login = pseudonymous_accounts(raw, KEY)

    assert "granular_markings" not in by_id
    assert by_login["granular_markings"] == [{"marking_ref": TLP2_RED, "selectors": ["user_id"]}]


def test_a_key_never_shows_its_secret() -> None:
    secret = b"an easily recognised secret of 37 b. "
    shown = f"{PseudonymKey('k-1', secret)!r} {PseudonymKey('k-1', secret)}"

    assert "recognised" not in shown
    assert secret.hex() not in shown


def test_a_key_file_is_read_as_it_was_written() -> None:
    assert parse_key(key_text(KEY)) == KEY
    assert parse_key(key_text(KEY).replace("0a", "0A")) == KEY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00" * 32,
        f'key = "{"ab" * 32}"',
        f'key_id = "k-1"\nkey = "{"ab" * 32}"\nother = 1',
        f'key_id = "k-1"\nkey = "{"ab" * 31}"',
        f'key_id = "k-1"\nkey = "{"ab" * 65}"',
        f'key_id = "k-1"\nkey = "{"ab" * 31}a"',
        f'key_id = "k-1"\nkey = "{"ab" * 31}zz"',
        'key_id = "k-1"\nkey = 1',
        f'key_id = "K 1"\nkey = "{"ab" * 32}"',
        f'key_id = "k1"\nkey = "{"ab" * 32}"',
        f'key_id = 111\nkey = "{"ab" * 32}"',
        f'key_id = "k-1\nkey = "{"ab" * 32}"',
    ],
)
def test_what_is_no_key_file_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(InvalidKeyError) as caught:
        parse_key(text)

    assert "abab" not in str(caught.value)
    assert caught.value.__cause__ is None
