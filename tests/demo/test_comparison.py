"""The table says what the polls show, and why only as far as the server said so."""

from __future__ import annotations

from taxii_server.demo.comparison import (
    Row,
    actions_and_led,
    compare,
    name_of,
    sentences,
)
from taxii_server.demo.stix import observable
from taxii_server.demo.story import StoryBundle

ACCOUNT = observable("user-account", account_type="facebook", account_login="dana")
SITE = observable("domain-name", value="a.example")
OTHER_SITE = observable("domain-name", value="b.example")


def one(member: str, *objects: dict[str, object]) -> StoryBundle:
    return StoryBundle(member, "b", {"type": "bundle", "objects": list(objects)})


def test_a_received_object_is_yes_whatever_the_status_said() -> None:
    rows = compare(
        [one("facebook", SITE)],
        {("facebook", SITE["id"]): "withheld from cisa (x: y)"},
        {"cisa": {SITE["id"]}},
    )

    assert rows == [Row("facebook", ("yes",), (("domain-name", "a.example"),))]


def test_the_reason_is_the_one_for_that_member() -> None:
    said = (
        "released to reddit; withheld from google, twitter (a rule: It (really) releases up to "
        "AMBER; this is RED.); withheld from cisa (accounts: 'accounts' withholds it.); "
        "warning: /x odd (very)"
    )
    messages = {("facebook", ACCOUNT["id"]): said}

    (row,) = compare([one("facebook", ACCOUNT)], messages, {"cisa": set(), "twitter": set()})

    assert row.fates == ("no: accounts", "no: a rule")
    assert sentences([row]) == [
        "'accounts' withholds it.",
        "a rule: It (really) releases up to AMBER; this is RED.",
    ]


def test_each_sentence_is_given_once_with_its_rule() -> None:
    said = "withheld from cisa, twitter (accounts: 'accounts' withholds it.)"
    other = "withheld from cisa (builtin:x: not for them)"
    messages = {("facebook", ACCOUNT["id"]): said, ("facebook", SITE["id"]): other}

    rows = compare([one("facebook", ACCOUNT, SITE)], messages, {"cisa": set(), "twitter": set()})

    assert sentences(rows) == ["'accounts' withholds it.", "builtin:x: not for them"]


def test_an_unknown_form_of_the_message_is_a_plain_no() -> None:
    messages = {("facebook", ACCOUNT["id"]): "?"}

    (row,) = compare([one("facebook", ACCOUNT)], messages, {"cisa": set()})

    assert row.fates == ("no",)
    assert sentences([row]) == []


def test_ones_own_objects_are_said_to_be_its_own() -> None:
    (row,) = compare([one("twitter", ACCOUNT)], {}, {"twitter": set()})

    assert row.fates == ("no: its own",)


def test_objects_under_one_rule_share_a_row_whatever_their_types() -> None:
    """Though the server's sentences name the type."""
    mail = observable("email-addr", value="x@a.example")
    messages = {
        ("facebook", thing["id"]): f"withheld from cisa (accounts: withholds {thing['type']}.)"
        for thing in (ACCOUNT, mail)
    }

    (row,) = compare([one("facebook", ACCOUNT, mail)], messages, {"cisa": set()})

    assert row.counts() == [("user-account", 1), ("email-addr", 1)]
    assert sentences([row]) == [
        "accounts: withholds email-addr.",
        "accounts: withholds user-account.",
    ]


def test_what_several_pushed_is_one_row_at_the_end() -> None:
    bundles = [one("facebook", SITE), one("twitter", SITE, OTHER_SITE)]

    rows = compare(bundles, {}, {"cisa": {SITE["id"], OTHER_SITE["id"]}})

    assert [row.pusher for row in rows] == ["twitter", "several members"]


def test_the_most_frequent_types_and_the_first_name_of_each_type_come_first() -> None:
    row = Row(
        "facebook",
        ("yes",),
        (("url", "u"), ("note", "a"), ("note", "b"), ("sighting", ""), ("note", "c")),
    )

    assert row.counts() == [("note", 3), ("url", 1), ("sighting", 1)]
    assert row.names() == ["u", "a", "b", "c"]


def test_an_object_is_called_by_what_people_know_it_by() -> None:
    assert name_of(SITE) == "a.example"
    assert name_of({"type": "note", "abstract": "a" * 50}) == "a" * 43 + "…"
    assert name_of({"type": "sighting"}) == ""


def test_an_action_was_led_to_where_another_member_pushed_its_reason_first() -> None:
    def action(key: str, *reasons: str) -> dict[str, object]:
        return {"type": "platform-action", "id": key, "triggered_by_refs": list(reasons)}

    bundles = [
        one("facebook", SITE, action("own", SITE["id"]), action("alone")),
        one("twitter", SITE, action("led", SITE["id"])),
    ]

    assert actions_and_led(bundles) == (3, 1)
