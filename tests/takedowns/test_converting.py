"""From rows to objects: who controls what, what is one object, and what becomes a note."""

from __future__ import annotations

from pathlib import Path

import pytest

from stix_models.deterministic import has_own_id
from stix_models.validation import validate
from taxii_server.client.takedowns.converting import convert
from taxii_server.client.takedowns.outcomes import Kind
from taxii_server.client.takedowns.reading import Form, read_takedown
from tests.takedowns.told import (
    ACCOUNTS,
    ADS,
    DOMAINS,
    FACEBOOK,
    FORUMS,
    GREEN,
    TWITTER,
    Told,
    convert_text,
    kill_chain,
    signature,
)

HARASSING = ("7. Targeted engagement", "7.6 Posting about individuals", "7.6.3 Mass harassment")
PERSONA = ("1. Disguising assets", "1.2 Posing as non-existent person", "1.2.3 Activist")
MALWARE = ("0. Acquiring assets", "0.7 Acquiring malware", "0.7.1 Developing custom malware")
MAIL = ("0. Acquiring assets", "0.2 Acquiring email addresses", "0.2.1 On owned domains")


def told_by(folder: Path, *rows: tuple[str, ...]) -> Told:
    return Told.by(convert_text(folder, kill_chain(*rows)))


def test_two_spellings_of_one_account_are_one_object_and_both_addresses_stay(
    tmp_path: Path,
) -> None:
    told = told_by(
        tmp_path,
        (*TWITTER, "https://twitter.com/Harbor_Anna"),
        (*TWITTER, "http://x[.]com/harbor_anna"),
        (*PERSONA, "As @HARBOR_ANNA on X she posed as a dock worker"),
    )

    assert told.accounts == {("twitter", "Harbor_Anna")}
    assert told.addresses == {"https://twitter.com/Harbor_Anna", "http://x.com/harbor_anna"}
    assert told.verb("Harbor_Anna") == "controls"


def test_a_post_gives_the_channel_the_address_and_that_it_was_published(tmp_path: Path) -> None:
    told = told_by(tmp_path, (*ACCOUNTS, "0.9.7 Telegram", "https://t[.]me/harbor/42"))

    (channel,) = told.of("channel")
    (url,) = told.of("url")
    assert (channel["name"], channel["url"]) == ("t.me/harbor", "https://t.me/harbor")
    assert channel["account_refs"] == [told.of("user-account")[0]["id"]]
    assert url["value"] == "https://t.me/harbor/42"
    assert told.cluster["content_refs"] == [url["id"]]
    assert (channel["id"], "publishes", url["id"]) in {
        (o["source_ref"], o["relationship_type"], o["target_ref"]) for o in told.of("relationship")
    }


def test_a_blog_with_a_host_of_its_own_is_account_channel_and_domain(tmp_path: Path) -> None:
    told = told_by(tmp_path, (*FORUMS, "harbor504.medium[.]com"))

    assert told.accounts == {("medium", "harbor504")}
    assert told.channels == told.domains == {"harbor504.medium.com"}
    assert told.cluster["platforms"] == ["other"]


def test_an_address_on_an_unknown_site_is_an_account_of_that_site(tmp_path: Path) -> None:
    told = told_by(
        tmp_path,
        (*FORUMS, "https://www[.]harborforum[.]example/anna1984"),
        (*FORUMS, "https://forum[.]harbor[.]example/t/4198511"),
    )

    assert told.accounts == {("harborforum.example", "anna1984")}
    assert told.values("url") == {"https://forum.harbor.example/t/4198511"}
    assert told.domains == set()  # the forum is not the operation's


def test_a_domain_keeps_its_spelling_in_the_relationship(tmp_path: Path) -> None:
    told = told_by(tmp_path, (*DOMAINS, "HarborVoice[.]News"), (*DOMAINS, "www.porttimes.net"))

    assert told.domains == {"harborvoice.news", "www.porttimes.net", "porttimes.net"}
    assert "0.6.2 Acquiring domains, written HarborVoice.News" in {
        obj.get("description") for obj in told.of("relationship")
    }


def test_two_spellings_of_a_domain_in_another_script_are_one(tmp_path: Path) -> None:
    told = told_by(tmp_path, (*DOMAINS, "münchner-bote[.]de\nxn--mnchner-bote-dlb[.]de"))

    assert told.domains == {"münchner-bote.de"}


def test_a_range_of_addresses_is_said_to_be_only_its_ends(tmp_path: Path) -> None:
    text = "192[.]0[.]2[.]10 - 192[.]0[.]2[.]20"
    done = convert_text(tmp_path, kill_chain((*MALWARE, text), (*MALWARE, "10[.]1[.]2[.]3")))

    assert Told.by(done).values("ipv4-addr") == {"192.0.2.10", "192.0.2.20", "10.1.2.3"}
    assert Told.by(done).notes == [text]
    remark = "192.0.2.10 - 192.0.2.20: a range, of which the two ends are objects"
    assert [outcome.remarks for outcome in done.outcomes] == [(remark,), ()]


def test_files_addresses_and_mail_are_used(tmp_path: Path) -> None:
    told = told_by(
        tmp_path,
        (*MALWARE, "D41D8CD98F00B204E9800998ECF8427E"),
        (*MALWARE, "a" * 40 + "\n" + "b" * 64),
        (*MALWARE, "192[.]0[.]2[.]1"),
        (*MAIL, "anna[@]harbor[.]news"),
    )

    assert [obj["hashes"] for obj in told.of("file")] == [
        {"MD5": "d41d8cd98f00b204e9800998ecf8427e"},
        {"SHA-1": "a" * 40},
        {"SHA-256": "b" * 64},
    ]
    assert told.values("ipv4-addr") == {"192.0.2.1"}
    assert told.values("email-addr") == {"anna@harbor.news"}
    assert {told.verb(value) for value in ("192.0.2.1", "anna@harbor.news")} == {"uses"}


def test_prose_is_a_note_about_the_cluster_and_the_procedure(tmp_path: Path) -> None:
    text = "The network's personas posed as dock workers;\nsome had generated photos"
    told = told_by(tmp_path, (*PERSONA, text))

    (note,), (pattern,) = told.of("note"), told.of("attack-pattern")
    assert note["content"] == text
    assert note["abstract"] == "1.2.3 Activist"
    assert note["object_refs"] == [told.cluster["id"], pattern["id"]]


def test_numbers_are_read_out_of_prose_that_stays_whole(tmp_path: Path) -> None:
    text = "About $1,650 in spending for ads on Facebook, paid for mostly in Thai baht"
    told = told_by(tmp_path, (*ADS, text), (*FACEBOOK, "82 accounts"), (*FACEBOOK, "27 Pages"))

    assert told.notes == [text]
    spend = {"lower": 1650, "upper": 1650, "currencies": ["USD", "THB"]}
    assert told.cluster["ad_spend"] == spend
    assert told.metrics == {("accounts", "facebook", 82, 82), ("pages", "facebook", 27, 27)}
    assert "82 accounts\n27 Pages" in {o.get("description") for o in told.of("relationship")}


def test_victims_are_not_counted_as_accounts_of_the_cluster(tmp_path: Path) -> None:
    done = convert_text(
        tmp_path, kill_chain((*HARASSING, "They targeted 30 accounts of journalists for $20"))
    )

    assert "metrics" not in Told.by(done).cluster
    assert "ad_spend" not in Told.by(done).cluster
    assert done.outcomes[0].remarks == (
        "30 accounts: not counted as the cluster's own",
        "$20: not on ads, as far as the text says",
    )


def test_spending_in_two_rows_is_added_up_and_other_currencies_are_told(tmp_path: Path) -> None:
    done = convert_text(
        tmp_path,
        kill_chain(
            (*ADS, "About $500 in spending for ads on Facebook"),
            (*ADS, "Less than $100 in spending for ads on Instagram"),
            (*ADS, "5,000 euros for ads elsewhere"),
        ),
    )

    spend = {"lower": 500, "upper": 600, "currencies": ["USD"]}
    assert Told.by(done).cluster["ad_spend"] == spend
    assert [outcome.became for outcome in done.outcomes] == [
        ("ad spend USD 500", "note"),
        ("ad spend USD at most 100", "note"),
        ("note",),
    ]
    ((_, said),) = done.remarks
    assert done.outcomes[2].remarks == (said,)
    assert said == "5,000 euros: not added to the ad spend, which is in USD; the note has it"


def test_a_report_that_lists_more_accounts_than_it_counts_stays_valid(tmp_path: Path) -> None:
    """The object model wants metrics to count at least as many as are listed."""
    rows = [(*TWITTER, f"https://twitter.com/harbor_{n}") for n in range(5)]
    done = convert_text(tmp_path, kill_chain((*FACEBOOK, "1 account"), *rows))
    told = Told.by(done)

    assert told.metrics == {("accounts", "facebook", 1, 1), ("accounts", "twitter", 5, None)}
    assert validate(told.cluster, accept_undeclared_types=False) == []
    assert "5 accounts on twitter are listed and fewer are counted" in done.remarks[0][1]


def test_a_procedure_is_one_object_whatever_its_spelling(tmp_path: Path) -> None:
    told = told_by(
        tmp_path,
        ("6. Engagement", "6.2 Amplifying", "6.2.1 Amplifying on Facebook", "Sharing"),
        ("6. Engagement", "6.2 Amplifying", "6.2.1 Amplifying with fakes on Facebook ", "Liking"),
    )

    (pattern,) = told.of("attack-pattern")
    assert pattern["name"] == "Amplifying on Facebook"
    assert pattern["aliases"] == ["Amplifying with fakes on Facebook"]
    assert pattern["external_references"] == [
        {"source_name": "Online Operations Kill Chain", "external_id": "6.2.1"}
    ]
    assert pattern["kill_chain_phases"] == [
        {
            "kill_chain_name": "online-operations-kill-chain",
            "phase_name": "indiscriminate-engagement",
        }
    ]


def test_two_procedures_of_one_name_are_two_objects(tmp_path: Path) -> None:
    told = told_by(
        tmp_path,
        ("9. Longevity", "9.1 Personas", "9.1.1 Creating", "One"),
        ("9. Longevity", "9.3 Personas", "9.3.1 Creating", "Two"),
    )

    assert told.numbers == {"9.1.1", "9.3.1"}
    assert len(told.of("attack-pattern")) == 2


def test_a_label_beside_an_indicator_does_not_make_it_prose(tmp_path: Path) -> None:
    outlet = ("1. Disguising assets", "1.3 Posing", "1.3.1 Creating fictitious news outlet")
    told = told_by(
        tmp_path,
        (*outlet, "Harbor News - harbornews[.]org"),
        (*outlet, "The outlet copied stories from portnews[.]example every day"),
        (*TWITTER, "X: @harbor_anna (12,000 followers)"),
    )

    assert told.verb("harbornews.org") == told.verb("harbor_anna") == "controls"
    assert told.verb("portnews.example") == "related-to"
    assert told.metrics == {("followers", "twitter", 12_000, 12_000)}


def test_a_bare_name_is_an_account_unless_it_may_be_a_word(tmp_path: Path) -> None:
    names = ("KoThet969", "harbor_anna", "HarborAnna", "Various", "unknown", "N/A", "112")
    told = told_by(tmp_path, *((*TWITTER, name) for name in names))

    assert told.accounts == {("twitter", name) for name in names[:3]}
    assert {"Various", "unknown", "N/A"} <= set(told.notes)
    assert told.metrics == {("accounts", "twitter", 112, 112)}


def test_what_a_comment_mentions_is_found_and_is_not_the_clusters(tmp_path: Path) -> None:
    head = "Tactic,Technique,Procedure,Indicator,Comments\n"
    row = ",".join((*DOMAINS, "harbor[.]news", "copies portnews[.]example and https://x.com/port"))
    told = Told.by(convert_text(tmp_path, head + row))

    assert told.verb("harbor.news") == "controls"
    assert told.verb("portnews.example") == told.verb("port") == "related-to"
    (note,) = told.of("note")
    assert len(note["object_refs"]) == 5  # the cluster, the procedure and the three


def test_a_part_of_an_amount_is_not_added_to_it(tmp_path: Path) -> None:
    done = convert_text(
        tmp_path, kill_chain((*ADS, "About $20,000 for ads, including $5,000 on Instagram"))
    )

    assert Told.by(done).cluster["ad_spend"]["upper"] == 20_000
    assert done.outcomes[0].remarks == ("$5,000: part of the amount before",)


def test_an_archive_is_nobodys_account(tmp_path: Path) -> None:
    told = told_by(tmp_path, (*FORUMS, "https://archive[.]ph/AbCdE"))

    assert told.accounts == set()
    assert told.values("url") == {"https://archive.ph/AbCdE"}


def test_cells_left_empty_under_others_are_filled_from_above(tmp_path: Path) -> None:
    done = convert_text(tmp_path, kill_chain((*DOMAINS, "a[.]news"), ("", "", "", "b[.]news")))

    assert Told.by(done).verb("b.news") == "controls"
    assert done.outcomes[1].remarks == ("no procedure here: that of row 2",)


def test_what_is_not_understood_is_a_note_that_says_so(tmp_path: Path) -> None:
    done = convert_text(
        tmp_path,
        "indicator_type,indicator_value,comment,ds\n"
        "adjust_token,6f3k2,a tracker,2024-05-01\n"
        "domain_name,harbor[.]news,,2024-05-01\n",
    )

    assert [outcome.kind for outcome in done.outcomes] == [Kind.NOT_UNDERSTOOD, Kind.OBJECTS]
    (note,) = [obj for obj in Told.by(done).of("note") if obj.get("labels") == ["not-understood"]]
    assert note["content"] == "adjust_token 6f3k2\ncomment: a tracker\nds: 2024-05-01"


def test_a_number_where_one_is_expected_is_not_overlooked(tmp_path: Path) -> None:
    done = convert_text(
        tmp_path,
        kill_chain(
            (*FACEBOOK, "Some 40 of the assets"),
            (*ADS, "About 500 spent on ads, paid in groats"),
            (*TWITTER, "@harbor_anna"),
            (*FORUMS, "@harbor_anna"),
        ),
    )

    assert [outcome.not_understood for outcome in done.outcomes] == [
        ("40",),
        ("groats", "500"),
        (),
        ("@harbor_anna",),
    ]


@pytest.mark.parametrize(
    ("kind", "value", "stix_type", "verb"),
    [
        ("domain_name", "harbor.news", "domain-name", "controls"),
        ("domain_name", "harbor.qqq", None, None),
        ("sha256", "b" * 64, "file", "uses"),
        ("ip_address", "192.0.2.7", "ipv4-addr", "uses"),
        ("email_address", "a@harbor.news", "email-addr", "uses"),
        ("file_name", "setup.exe", "file", "uses"),
        ("twitter_handle", "harbor_anna", "user-account", "controls"),
        ("whatsapp_number", "+1 555 010 0199", "user-account", "controls"),
        ("reddit_user", "u/harbor_anna", "user-account", "controls"),
        ("telegram_channel", "@harbor", "user-account", "controls"),
        ("telegram", "harbor_news", "user-account", "controls"),
        ("domain", "*.harbor.news", "domain-name", "controls"),
        ("cib_url", "https://a.example/b/c.html", "url", "uses"),
        ("something", "https://vk.com/harbor", "user-account", "controls"),
    ],
)
def test_the_older_form_is_read_by_value_and_by_type(
    tmp_path: Path, kind: str, value: str, stix_type: str | None, verb: str | None
) -> None:
    done = convert_text(tmp_path, f"indicator_type,indicator_value\n{kind},{value}\n")
    told = Told.by(done)

    if stix_type is None:
        assert done.outcomes[0].kind is Kind.NOT_UNDERSTOOD
        return
    (found,) = told.of(stix_type)
    assert (found["id"], verb) in {
        (obj["target_ref"], obj["relationship_type"]) for obj in told.of("relationship")
    }


def test_rows_with_one_comment_share_a_note(tmp_path: Path) -> None:
    rows = "".join(f"domain_name,harbor{n}.news,Mirror,2024-05-01\n" for n in range(40))
    told = Told.by(convert_text(tmp_path, f"indicator_type,indicator_value,comment,ds\n{rows}"))

    (note,) = told.of("note")
    assert note["content"] == "comment: Mirror\nds: 2024-05-01"
    assert len(note["object_refs"]) == 41


def test_equal_reports_give_equal_bundles_and_ids_are_the_members_own(tmp_path: Path) -> None:
    text = kill_chain(
        (*TWITTER, "https://twitter.com/a_b"), (*PERSONA, "Posing"), (*DOMAINS, "a.io")
    )

    first, second = convert_text(tmp_path, text), convert_text(tmp_path, text)

    assert first.bundle == second.bundle
    told = Told.by(first)
    named = told.of("coordinated-account-cluster", "channel", "attack-pattern", "relationship")
    assert all(has_own_id(obj) for obj in named)
    assert {obj["id"].split("--")[1][14] for obj in told.of("note", "identity")} == {"4"}
    assert {tuple(obj["object_marking_refs"]) for obj in told.objects} == {(GREEN,)}


def test_no_id_that_stays_is_a_hash_of_what_a_report_says(tmp_path: Path) -> None:
    """Pseudonyms replace a login in a text; the id of the note must not tell it afterwards."""
    told = [
        convert_text(tmp_path, kill_chain((*PERSONA, f"Posing as {who}"), (*DOMAINS, "a.io")))
        for who in ("jill_reed", "jack_reed")
    ]

    first, second = (conversion.bundle for conversion in told)

    assert first["id"] == second["id"]
    assert first["objects"] != second["objects"]
    assert [obj["id"] for obj in first["objects"]] == [obj["id"] for obj in second["objects"]]


def test_notes_of_one_procedure_are_told_apart(tmp_path: Path) -> None:
    rows = [(*PERSONA, f"Posing as {who}") for who in ("jill_reed", "jack_reed")]

    notes = Told.by(convert_text(tmp_path, kill_chain(*rows))).of("note")

    assert len({note["id"] for note in notes}) == 2


def test_several_reports_share_what_they_have_in_common(tmp_path: Path) -> None:
    """One account in two takedowns is the finding that a coalition exists for."""
    takedowns = {}
    for name in ("first", "second"):
        path = tmp_path / f"{name}.csv"
        path.write_text(kill_chain((*TWITTER, "https://twitter.com/a_b"), (*PERSONA, name)))
        takedowns[name] = read_takedown(path, Form.AUTO)

    told = Told.by(convert(takedowns, "facebook", signature()))

    clusters = told.of("coordinated-account-cluster")
    assert [cluster["name"] for cluster in clusters] == ["first", "second"]
    (account,) = told.of("user-account")
    assert [cluster["account_refs"] for cluster in clusters] == [[account["id"]]] * 2
    assert len(told.of("attack-pattern")) == 2


def test_an_identity_id_signs_and_no_identity_is_made(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text(kill_chain((*DOMAINS, "a.news")))
    member = "identity--5b1c5d5e-3c1f-4f0a-9f0e-6d2b8a4c7e10"
    by = signature()
    by = type(by)(created_by_ref=member, created=by.created, modified=by.modified,
                  marking_ref=GREEN)  # fmt: skip

    told = Told.by(convert({"report": read_takedown(path, Form.AUTO)}, member, by))

    assert told.of("identity") == []
    assert {o["created_by_ref"] for o in told.objects if "created" in o} == {member}
    assert told.cluster["platforms"] == ["other"]
