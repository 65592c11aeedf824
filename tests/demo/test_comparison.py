"""The table says what the polls show, and why only as far as the server said so."""

from __future__ import annotations

from taxii_server.demo.comparison import ITS_OWN, NO, YES, Fate, Row, compare, name_of, sentences
from taxii_server.demo.stix import observable
from taxii_server.demo.story import StoryBundle

ACCOUNT = observable("user-account", account_type="facebook", account_login="dana")
SITE = observable("domain-name", value="a.example")


def one(member: str, *objects: dict[str, object]) -> list[StoryBundle]:
    return [StoryBundle(member, "b", {"type": "bundle", "objects": list(objects)})]


def test_a_received_object_is_yes_whatever_the_status_said() -> None:
    rows = compare(
        one("facebook", SITE),
        {("facebook", SITE["id"]): "withheld from cisa (x: y)"},
        {"cisa": {SITE["id"]}},
    )

    assert rows == [Row("facebook", "domain-name", ("a.example",), (YES,))]


def test_the_reason_is_the_one_for_that_member() -> None:
    said = (
        "released to reddit; withheld from google, twitter (a rule: It (really) releases up to "
        "AMBER; this is RED.); withheld from cisa (accounts: 'accounts' withholds it.); "
        "warning: /x odd (very)"
    )
    messages = {("facebook", ACCOUNT["id"]): said}

    (row,) = compare(one("facebook", ACCOUNT), messages, {"cisa": set(), "twitter": set()})

    assert row.fates == (
        Fate(seen=False, rule="accounts", sentence="'accounts' withholds it."),
        Fate(seen=False, rule="a rule", sentence="It (really) releases up to AMBER; this is RED."),
    )
    assert [str(fate) for fate in row.fates] == ["no: accounts", "no: a rule"]


def test_each_sentence_is_given_once_with_its_rule() -> None:
    said = "withheld from cisa, twitter (accounts: 'accounts' withholds it.)"
    other = "withheld from cisa (builtin:x: not for them)"
    messages = {("facebook", ACCOUNT["id"]): said, ("facebook", SITE["id"]): other}

    rows = compare(one("facebook", ACCOUNT, SITE), messages, {"cisa": set(), "twitter": set()})

    assert sentences(rows) == ["'accounts' withholds it.", "builtin:x: not for them"]


def test_an_unknown_form_of_the_message_is_a_plain_no() -> None:
    (row,) = compare(one("facebook", ACCOUNT), {("facebook", ACCOUNT["id"]): "?"}, {"cisa": set()})

    assert row.fates == (NO,)


def test_ones_own_objects_are_said_to_be_its_own() -> None:
    (row,) = compare(one("twitter", ACCOUNT), {}, {"twitter": set()})

    assert row.fates == (ITS_OWN,)


def test_objects_of_one_fate_share_a_row() -> None:
    other = observable("domain-name", value="b.example")

    (row,) = compare(one("facebook", SITE, other), {}, {"cisa": {SITE["id"], other["id"]}})

    assert row.names == ("a.example", "b.example")


def test_a_relationship_is_named_by_its_ends() -> None:
    link = {
        "type": "relationship",
        "relationship_type": "related-to",
        "source_ref": ACCOUNT["id"],
        "target_ref": "campaign--6c2f1b8e-6a25-4f4c-9c53-0c0a8a1f2a11",
    }

    assert name_of(link, {ACCOUNT["id"]: ACCOUNT}) == "user-account related-to campaign"
