"""What is left of an account in texts: found in every spelling, refused, redacted, reviewed."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stix_models.deterministic import own_id, sco_id
from stix_models.extensions import EXTENSION_OF_NAME
from stix_models.pseudonyms import pseudonym, rewrite_bundle
from stix_models.pseudonyms.spelling import fold, spellings
from tests.stix_models.pseudonym_bundles import (
    CREATOR,
    KEY,
    make_account,
    make_bundle,
    make_signed,
    marks,
    objects_of,
    refusals,
    rewrite,
)
from tests.support.stix import make_id, make_url

LOGIN = "harbour.lights"
TOKEN = pseudonym(KEY, "twitter", "login", LOGIN)


def make_said(text: str, **account: Any) -> dict[str, Any]:
    """Return a bundle with an account and a note that says something."""
    note = make_signed("note", content=text, object_refs=[CREATOR])
    return make_bundle(make_account(**(account or {"account_login": LOGIN})), note)


def is_refused(text: str, **account: Any) -> bool:
    """Return whether a text beside an account refuses the bundle, and only that does."""
    found = refusals(make_said(text, **account))
    assert found in ([], [("/objects/1/content", "raw-identifier")])
    return bool(found)


@pytest.mark.parametrize(
    "text",
    [
        LOGIN,
        "Seen: @Harbour.Lights.",
        "HARBOUR.LIGHTS",
        "https://t.example/harbour.lights?x=1",
        "https://t.example/h%61rbour%2Elights",
        "https://l.example/?u=https%3A%2F%2Ft.example%2Fharbour%252Elights",
        "&#104;arbour&period;lights",
        "&#x68;arbour.lights",
        '{"by": "\\u0068arbour.lights"}',
        "\\x68arbour.lights",
        "harbour[.]lights",
        "harbour(dot)lights",
        "harbour{.}lights",
        "\uff48\uff41rbour.lights",
        "har\u200bbour.\u00adlights",
        "harbour.lights2021",
        "myharbour.lights",
        "harbour.ligh\u1d57s",
        "harbour\\.lights",
        "[user-account:account_login MATCHES '^harbour\\\\.lights$']",
        "&#104arbour.lights",
        "&#000000000104;arbour.lights",
        "\\u{68}arbour.lights",
        "\\U00000068arbour.lights",
        "\\150arbour.lights",
        "%u0068arbour.lights",
        "=68arbour.lights",
        "harbour.=\r\nlights",
        "https://t.example/" + "%25" + "25" * 9 + "68arbour.lights",
        "https://t.example/h=61&u=harbour.lights",
        "har\u034fbour.lights",
        "har\ufe0fbour.lights",
        "har\u3164bour.lights",
        "har\x00bour.\x07lights",
        "harbour[DOT]lights",
        "harbour<.>lights",
        "harbour[.lights",
        "harbour\u3002lights",
        "hârboür.lights",
        "[user-account:account_login = h'" + LOGIN.encode().hex() + "']",
        "[user-account:account_login = b'" + base64.b64encode(LOGIN.encode()).decode() + "']",
        "data:text/plain;base64," + base64.b64encode(b"by harbour.lights").decode(),
        f"hmac-sha256:{LOGIN}:0",
    ],
)
def test_a_login_is_found_however_it_is_written(text: str) -> None:
    assert is_refused(text)


@pytest.mark.parametrize("text", ["harbour", "harbour lights", "harbourxlights", "lights.harbour"])
def test_what_is_no_login_is_not_found(text: str) -> None:
    assert not is_refused(text)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("display_name", "Jürgen Weiß", "von JU\u0308RGEN  WEISS gesagt"),
        ("display_name", "Jürgen Weiß", "https://t.example/?q=J%C3%BCrgen+Wei%C3%9F"),
        ("display_name", "Правда", "газета «ПРАВДА»"),
        ("display_name", "李明", "据李明说"),
        ("display_name", "🙂", "so 🙂!"),
        ("display_name", 'a"b\\c', 'he wrote a"b\\c'),
        ("display_name", 'a"b\\c', 'he wrote {"x": "a\\"b\\\\c"}'),
        ("display_name", "ﬃ\u200b", "oﬃce"),
        ("display_name", "\u200d\u200d", "x\u200d\u200dy"),
        ("display_name", "\uff21", "\uff21"),
        ("display_name", "...", "..."),
        ("credential", "correct horse", "password: Correct Horse"),
        ("user_id", "100001234567890", "see 100001234567890"),
        ("user_id", "100001234567890", "see 1100001234567890"),
        ("user_id", "9f8e7d6c5b4a39f8e7d6c5b4a3", "x--9f8e7d6c5b4a39f8e7d6c5b4a3ff"),
        ("account_login", "+1 (555) 010-0199", "call 15550100199"),
        ("account_login", "+15550100199", "call +15550100199"),
        ("account_login", "+15550100199", "call (555) 010-0199"),
        ("account_login", "müller77", "https://t.example/m%FCller77"),
        ("account_login", "müller77", "xn--mller77-n2a.example"),
        ("account_login", "istanbullu77", "\u0130STANBULLU77"),
        ("account_login", "jack@mail.example", "jack at mail.example"),
        ("account_login", "jack@mail.example", "jack<at>mail[dot]example"),
        ("display_name", "Jill \u2764\ufe0f Reed", "said Jill \u2764 Reed"),
        ("display_name", "Sean O'Brien", "Sean O\u2019Brien"),
        ("display_name", "Mary-Ann Reed", "Mary\u2011Ann Reed"),
        ("display_name", "Mary Ann Reed", "#MaryAnnReed"),
        ("display_name", "Mary Ann Reed", "https://t.example/mary-ann-reed"),
        ("user_id", "100001234567890", "see 100,001,234,567,890"),
        ("user_id", "100001234567890", "see ١٠٠٠٠١٢٣٤٥٦٧٨٩٠"),
        ("user_id", "-1001234567890", "channel 1234567890"),
        ("user_id", "0012345678", "see 12345678"),
    ],
)
def test_every_identifier_is_looked_for(name: str, value: str, text: str) -> None:
    account = {"user_id": "4711471147114711", name: value}

    assert is_refused(text, **account)


@pytest.mark.parametrize(
    ("login", "text", "is_name"),
    [
        ("jack", "They hijack it.", True),
        ("the", "other people", True),
        ("al", "a global thing", False),
        ("al", "said AL, again", True),
        ("x", "an x-ray of x", False),
        ("x", "by @x", True),
        ("x", "https://t.example/x", True),
        ("x", "X", True),
        ("4", "4 accounts", False),
    ],
)
def test_short_identifiers_are_found_where_they_can_be_meant(
    login: str, text: str, is_name: bool
) -> None:
    """From three characters on inside of words too: too much is refused rather than too little."""
    assert is_refused(text, account_login=login) == is_name


def test_short_identifiers_inside_of_ids_times_and_hashes_are_chance() -> None:
    """Otherwise an account with the id 202 could not be shared at all in 2020."""
    url = make_url("https://a.example")
    file = {"type": "file", "id": make_id("file"), "hashes": {"MD5": "2" * 20 + "202a" * 3}}
    text = f"On 2020-02-02T20:20:20.202Z see {url['id']} and {TOKEN}."
    campaign = make_signed("campaign", name="C", first_seen="2020-02-02T02:02:02Z", confidence=20)

    for user_id in ("202", "20", "2", "020"):
        made = make_bundle(make_account(user_id=user_id), url, file, campaign)
        assert refusals(made) == []
        assert not is_refused(text, user_id=user_id)


def test_words_that_the_standard_prescribes_are_no_names() -> None:
    """Somebody is called @active, @name and @uses."""
    extension = {EXTENSION_OF_NAME["coordinated-account-cluster"].id: {"extension_type": "new-sdo"}}
    cluster = make_signed(
        "coordinated-account-cluster",
        name="A",
        cluster_types=["bot-network"],
        platforms=["twitter"],
        status="active",
        behaviors=["hashtag-hijacking"],
        extensions=extension,
    )
    link = make_signed(
        "relationship", relationship_type="uses", source_ref=CREATOR, target_ref=CREATOR
    )

    for login in ("active", "name", "uses", "jack", "twitter", "relationship", "ident"):
        assert refusals(make_bundle(make_account(account_login=login), cluster, link)) == []

    named = {**cluster, "name": "active"}
    assert refusals(make_bundle(make_account(account_login="active"), named)) == [
        ("/objects/1/name", "raw-identifier")
    ]


def test_property_names_numbers_and_payloads_are_looked_at() -> None:
    payload = base64.b64encode(b"<a href='/harbour.lights'>").decode()
    bundle = make_bundle(
        make_account(user_id="4711", account_login=LOGIN),
        make_signed("campaign", name="C", x_of={LOGIN: 1}),
        make_signed("campaign", name="C", x_author=4711),
        make_signed("campaign", name="C", x_author=4711.0),
        make_signed("campaign", name="C", confidence=47, x_count=47110),
        {"type": "artifact", "id": make_id("artifact"), "payload_bin": payload},
        x_of=LOGIN,
    )

    assert refusals(bundle) == [
        ("/x_of", "raw-identifier"),
        ("/objects/1/x_of/…", "raw-identifier"),
        ("/objects/2/x_author", "raw-identifier"),
        ("/objects/3/x_author", "raw-identifier"),
        ("/objects/5/payload_bin", "raw-identifier"),
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [(12345678, "12345678"), (-12345678, "12345678"), (1001234567890, "-1001234567890")],
)
def test_an_id_is_found_in_a_number_that_is_no_count(value: int, written: str) -> None:
    account = make_account(user_id=written)
    buyer = make_signed("ad-buyer", name="A", platform_ids=[{"value": value}])
    counting = make_signed("sighting", sighting_of_ref=CREATOR, count=12345678)

    assert refusals(make_bundle(account, buyer, counting)) == [
        ("/objects/1/platform_ids/0/value", "raw-identifier")
    ]


@pytest.mark.parametrize(
    "pack",
    [
        lambda raw: base64.encodebytes(raw * 9).decode(),
        lambda raw: base64.urlsafe_b64encode(raw).decode(),
        lambda raw: base64.b64encode(raw).decode().rstrip("="),
        lambda raw: base64.b64encode(raw.decode().encode("utf-16-le")).decode(),
        lambda raw: base64.b64encode(raw.decode().encode("utf-16-be")).decode(),
    ],
    ids=["lines", "urlsafe", "unpadded", "utf-16-le", "utf-16-be"],
)
def test_payloads_are_unpacked_however_they_are_packed(pack: Callable[[bytes], str]) -> None:
    raw = "ÿÿ>> Жук.lights".encode()
    artifact = {"type": "artifact", "id": make_id("artifact"), "payload_bin": pack(raw)}

    found = refusals(make_bundle(make_account(account_login="жук.lights"), artifact))

    assert found == [("/objects/1/payload_bin", "raw-identifier")]


@pytest.mark.parametrize(
    ("profile", "text", "is_found"),
    [
        ("https://twitter.example/jack_smith", "@Jack_Smith", True),
        ("https://twitter.example/jack_smith", "https://x.example/jack_smith", True),
        ("https://twitter.example/jack_smith", "https://twitter.example:443/jack_smith", True),
        ("https://twitter.example/jack_smith?lang=en", "https://twitter.example/jack_smith", True),
        ("https://twitter.example/#!/jack_smith", "jack_smith", True),
        ("hxxps[:]//twitter[.]example/jack_smith", "jack_smith", True),
        ("twitter.example/jack_smith/about", "jack_smith", True),
        ("https://f.example/profile.php?id=100001234", "see 100001234", True),
        ("https://f.example/people/Jill-Reed/100001234", "by jill-reed", True),
        ("https://jack.t.example/", "by @jack", True),
        ("https://t.example/profile.php?id=100001234", "a profile.php", False),
        ("https://t.example/user/jack_smith", "a user of t.example", False),
        ("https://t.example/abc", "abc", False),
    ],
)
def test_the_parts_of_a_profiles_address_that_name_it_are_found(
    profile: str, text: str, is_found: bool
) -> None:
    """A platform writes its addresses in many ways; they all end in the name."""
    extension = {"extension_type": "property-extension", "profile_url": profile}
    extensions = {EXTENSION_OF_NAME["social-account"].id: extension}

    assert is_refused(text, user_id="4711471147114711", extensions=extensions) == is_found


@pytest.mark.parametrize("platform", ["whatsapp", "telegram"])
def test_the_number_of_a_phone_is_found_without_the_countrys_code(platform: str) -> None:
    known = {"account_type": platform, "user_id": "12025550143"}

    assert is_refused("call 202-555-0143", **known)
    assert not is_refused("call 202-555-0144", **known)


def test_an_old_id_is_found_without_its_type() -> None:
    """It is a hash of the raw identifiers, and a login is easily guessed."""
    digits = make_account(account_login=LOGIN)["id"][-36:]

    assert is_refused(f"internal id {digits}")
    assert is_refused(f"internal id {digits.replace('-', '')}")
    assert is_refused(f"x-opencti-thing--{digits}")
    assert is_refused(f"user-account%2D%2D{digits}")


def test_a_profiles_address_is_found_without_its_beginning() -> None:
    social = EXTENSION_OF_NAME["social-account"].id
    extension = {
        "extension_type": "property-extension",
        "profile_url": "https://www.t.example/some.body/",
    }
    account = {"user_id": "4711471147114711", "extensions": {social: extension}}

    assert is_refused("http://t.example/some.body", **account)
    assert not is_refused("http://t.example/nobody", **account)


def test_a_refusal_does_not_say_what_was_found_unless_asked() -> None:
    bundle = make_bundle(
        make_account(account_login=LOGIN), make_signed("campaign", name=LOGIN, x_of={LOGIN: 1})
    )

    def said(**options: Any) -> str:
        try:
            return str(rewrite(bundle, **options).report)
        except ValueError as exc:
            return str(exc)

    assert LOGIN not in said()
    assert said().count("/objects/1/") == 2
    assert f"('{LOGIN}')" in said(show_identifiers=True)
    assert f"/x_of/{LOGIN}:" in said(show_identifiers=True)


def test_redacting_puts_the_pseudonym_where_the_word_stood() -> None:
    bundle = make_bundle(
        make_account(user_id="4711471147114711", account_login=LOGIN, display_name="Jill"),
        make_signed(
            "note",
            content="@Harbour.Lights (4711471147114711), alias JILL: https://t.example/h%61rbour.lights",
            object_refs=[CREATOR],
        ),
    )
    by_id = pseudonym(KEY, "twitter", "id", "4711471147114711")

    found = rewrite(bundle, redact=True)

    assert found.bundle["objects"][-1]["content"] == (
        f"@{TOKEN} ({by_id}), alias {by_id}: https://t.example/{TOKEN}"
    )
    assert found.report.redacted == {"/objects/1": 4}


def test_redacting_changes_ids_that_were_made_of_what_is_redacted() -> None:
    """The id of a URL is its hash, and a profile's URL is easily guessed."""
    value = f"https://t.example/{LOGIN}"
    url = {**make_url(value), "id": sco_id("url", {"value": value})}
    channel = make_signed("channel", name=LOGIN)
    channel["id"] = own_id("channel", CREATOR, LOGIN)
    report = make_signed("report", name="R", object_refs=[url["id"], channel["id"]])
    bundle = make_bundle(make_account(account_login=LOGIN), url, channel, report)

    made = rewrite(bundle, redact=True).bundle["objects"]

    assert made[1]["id"] == sco_id("url", made[1])
    assert made[2]["id"] == own_id("channel", CREATOR, TOKEN)
    assert made[3]["object_refs"] == [made[1]["id"], made[2]["id"]]


@pytest.mark.parametrize(
    "obj",
    [
        make_signed("campaign", name="C", x_of={LOGIN: 1}),
        make_signed("campaign", name="my" + LOGIN),
        {"type": "email-addr", "id": make_id("email-addr"), "value": f"{LOGIN}@mail.example"},
        {"type": "domain-name", "id": make_id("domain-name"), "value": f"{LOGIN}.example"},
        {
            "type": "artifact",
            "id": make_id("artifact"),
            "payload_bin": base64.b64encode(LOGIN.encode()).decode(),
        },
    ],
    ids=["key", "inside", "mail", "domain", "payload"],
)
def test_what_cannot_be_redacted_is_refused(obj: dict[str, Any]) -> None:
    bundle = make_bundle(make_account(account_login=LOGIN), obj)

    assert len(refusals(bundle, redact=True)) == 1


def test_inside_of_a_longer_word_a_short_identifier_can_be_let_through_and_is_shown() -> None:
    bundle = make_said("They hijack it.", account_login="jack")

    (warning,) = rewrite(bundle, whole_words=True).report.warnings

    assert (warning.pointer, warning.severity) == ("/objects/1/content", "warning")
    assert refusals(make_said("jack", account_login="jack"), whole_words=True)
    assert refusals(make_said("They hijack jack.", account_login="jack"), whole_words=True)
    assert refusals(make_said("blackjack21x", account_login="blackjack21"), whole_words=True)


def test_what_a_person_reviewed_is_let_through_and_shown() -> None:
    bundle = make_said("the end", account_login="the")
    found = marks(bundle)

    report = rewrite(bundle, reviewed=found).report

    assert len(found) == 1
    assert [warning.pointer for warning in report.warnings] == ["/objects/1/content"]


def test_a_review_is_good_for_that_text_and_that_identifier_only() -> None:
    reviewed = marks(make_said("the end", account_login="the"))

    assert refusals(make_said("the end.", account_login="the"), reviewed=reviewed)
    assert refusals(make_said("the end", account_login="end"), reviewed=reviewed)


def test_what_is_reviewed_is_not_redacted() -> None:
    bundle = make_said("the end", account_login="the")

    made = objects_of(bundle, redact=True, reviewed=marks(bundle))

    assert made[1]["content"] == "the end"


@settings(max_examples=60)
@given(st.text(max_size=30))
def test_every_spelling_knows_where_its_characters_come_from(text: str) -> None:
    for spelled in spellings(text):
        assert len(spelled.starts) == len(spelled.ends) == len(spelled.text)
        assert list(spelled.starts) == sorted(spelled.starts)
        for start, end in zip(spelled.starts, spelled.ends, strict=True):
            assert 0 <= start < end <= len(text)


@settings(max_examples=60)
@given(st.text(min_size=1, max_size=10), st.text(max_size=10), st.text(max_size=10))
def test_folding_never_hides_what_is_written(part: str, before: str, behind: str) -> None:
    """What stands in a text stands in the folded text."""
    assert fold(part).strip() in fold(before + part + behind)


def test_no_input_takes_very_long() -> None:
    """Searching is linear in the text, whatever is in it."""
    accounts = [make_account(account_login=f"somebody.{n}") for n in range(300)]
    texts = [
        "a" * 200_000,
        "user-account--" * 20_000,
        "%41" * 60_000,
        "\\u0041" * 30_000,
        "(" * 200_000,
    ]
    notes = [make_signed("note", content=text, object_refs=[CREATOR]) for text in texts]

    assert rewrite_bundle(make_bundle(*accounts, *notes), KEY).report.warnings == []


def test_a_short_login_in_very_many_ids_takes_no_longer_than_the_text() -> None:
    """Each find asks which id it is in; looking through all of them would never end."""
    text = " ".join(f"campaign--{n:08d}-4abc-4abc-8abc-abcabcabcabc" for n in range(10_000))

    assert not is_refused(text, account_login="abc")


def test_a_name_that_two_accounts_share_is_not_redacted() -> None:
    """It would say of one what was said of the other."""
    bundle = make_bundle(
        make_account(account_login="first.one", display_name="Jill"),
        make_account(account_login="second.one", display_name="Jill"),
        make_signed("note", content="Jill", object_refs=[CREATOR]),
    )

    assert refusals(bundle, redact=True) == [("/objects/2/content", "raw-identifier")]
