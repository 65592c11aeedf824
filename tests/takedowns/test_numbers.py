"""Counts and amounts in prose, and the numbering of the kill chain."""

from __future__ import annotations

import pytest

from taxii_server.client.takedowns.counts import find_counts
from taxii_server.client.takedowns.kill_chain import Numbering, procedure_of
from taxii_server.client.takedowns.money import find_money

FORUMS, OTHERS = "0.9.8 Acquiring accounts on online forums", "0.9.12 Acquiring accounts"
FACEBOOK, INSTAGRAM = "0.9.1 Acquiring Facebook assets", "0.9.2 Acquiring Instagram accounts"
Counted = tuple[str, str | None, int | None, int | None]


@pytest.mark.parametrize(
    ("text", "context", "counts"),
    [
        ("112 accounts", FACEBOOK, [("accounts", "facebook", 112, 112)]),
        ("4,789 accounts ", FACEBOOK, [("accounts", "facebook", 4789, 4789)]),
        ("23 accounts", INSTAGRAM, [("accounts", "instagram", 23, 23)]),
        ("65 Pages", FACEBOOK, [("pages", "facebook", 65, 65)]),
        ("1 Group", FACEBOOK, [("groups", "facebook", 1, 1)]),
        ("around 20 events", "", [("events", "facebook", 20, 20)]),
        ("7,704 Facebook accounts", "", [("accounts", "facebook", 7704, 7704)]),
        ("over 1.2K accounts on TikTok", "", [("accounts", "tiktok", 1200, None)]),
        ("1,200+ followers on X", "", [("followers", "twitter", 1200, None)]),
        ("less than 100 members", "", [("members", None, None, 100)]),
        ("up to 50 Telegram channels", "", [("channels", "telegram", None, 50)]),
        ("between 5 and 10 Pages", "", [("pages", "facebook", 5, 10)]),
        ("10-20 Groups", "", [("groups", "facebook", 10, 20)]),
        ("two dozen Instagram accounts", "", [("accounts", "instagram", 24, 24)]),
        ("about 1.5 million views", "YouTube", [("views", "youtube", 1_500_000, 1_500_000)]),
        ("Pages: 65", "", [("pages", "facebook", 65, 65)]),
        ("49", INSTAGRAM, [("accounts", "instagram", 49, 49)]),
        ("about 5,000", "7.2.2 Acquiring Page followers", [("followers", "facebook", 5000, 5000)]),
        ("3 likely fake Instagram accounts", "", [("accounts", "instagram", 3, 3)]),
        (
            "About 38,000 accounts followed one or more of these Pages",
            "7.2.2 Acquiring Page followers",
            [("followers", "facebook", 38_000, 38_000)],
        ),
        (
            "About 335,000 accounts followed one or more of these Instagram accounts.The rest",
            "",
            [("followers", "instagram", 335_000, 335_000)],
        ),
        (
            "About 36,000 accounts joined one or more of these Groups",
            "",
            [("members", "facebook", 36_000, 36_000)],
        ),
        (
            "18 Facebook accounts, 2 Pages, one Group and 15 accounts on Instagram",
            "",
            [
                ("accounts", "facebook", 18, 18),
                ("pages", "facebook", 2, 2),
                ("groups", "facebook", 1, 1),
                ("accounts", "instagram", 15, 15),
            ],
        ),
        (
            "About 4,400 accounts followed one or more of these Pages, around 1,200 accounts "
            "joined one or more of these Groups and about 600 people followed these Instagram "
            "accounts",
            "",
            [
                ("followers", "facebook", 4400, 4400),
                ("members", "facebook", 1200, 1200),
                ("followers", "instagram", 600, 600),
            ],
        ),
    ],
)
def test_counts_are_read(text: str, context: str, counts: list[Counted]) -> None:
    found = find_counts(text, context)

    assert [(c.metric, c.platform, c.lower, c.upper) for c in found] == counts


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("half a million", 500_000),
        ("half a dozen", 6),
        ("one and a half million", 1_500_000),
        ("four thousand seven hundred", 4700),
        ("one hundred twelve", 112),
        ("one hundred and twelve", 112),
        ("one thousand and forty-one", 1041),
        ("twelve hundred", 1200),
        ("2.4m", 2_400_000),
        ("1.5 bn", 1_500_000_000),
        ("3 lakh", 300_000),
        ("two crore", 20_000_000),
    ],
)
def test_numbers_are_read_to_their_end(number: str, value: int) -> None:
    counted, paid = find_counts(f"{number} accounts", FACEBOOK), find_money(f"{number} US dollars")

    assert [(c.lower, c.upper) for c in counted] == [(value, value)]
    assert [(m.lower, m.upper) for m in paid.amounts] == [(value, value)]


@pytest.mark.parametrize(
    "number",
    [
        "a quarter of a million",
        "a couple of dozen",
        "several hundred",
        "1.5MM",
        "2 million 300 thousand",
        "one million and two hundred thousand",
        "one hundred and twenty thousand",
        "five ten",
    ],
)
def test_a_number_that_is_not_understood_is_never_a_wrong_one(number: str) -> None:
    assert find_counts(f"{number} accounts", FACEBOOK) == []
    assert find_money(f"{number} dollars").amounts == ()


@pytest.mark.parametrize(
    ("text", "context", "counts"),
    [
        (
            "2.4m accounts followed one or more of these Pages",
            "",
            [("followers", "facebook", 2_400_000, 2_400_000)],
        ),
        (
            "Between 1 and 2 million accounts followed these Pages",
            "",
            [("followers", "facebook", 1_000_000, 2_000_000)],
        ),
        ("6 OK groups", OTHERS, [("groups", "other", 6, 6)]),
        (
            "5 VK communities and 6 OK groups",
            OTHERS,
            [("groups", "vkontakte", 5, 5), ("groups", "other", 6, 6)],
        ),
        (
            "17 Reddit accounts, 4 subreddits",
            FORUMS,
            [("accounts", "reddit", 17, 17), ("groups", "reddit", 4, 4)],
        ),
        ("6 groups", FORUMS, [("groups", None, 6, 6)]),
        ("2 Discord servers", FORUMS, [("groups", "discord", 2, 2)]),
        (
            "112 accounts, of which 49 on Instagram",
            FACEBOOK,
            [("accounts", None, 112, 112), ("accounts", "instagram", 49, 49)],
        ),
        (
            "112 accounts on Facebook and 49 on Instagram",
            FACEBOOK,
            [("accounts", "facebook", 112, 112), ("accounts", "instagram", 49, 49)],
        ),
        (
            "8 accounts on Quora and 7 on Reddit",
            FORUMS,
            [("accounts", "other", 8, 8), ("accounts", "reddit", 7, 7)],
        ),
        (
            "82 accounts (including 3 business profiles)",
            FACEBOOK,
            [("accounts", "facebook", 82, 82)],
        ),
        (
            "one or more of the Groups joined by around 800 accounts",
            "",
            [("members", "facebook", 800, 800)],
        ),
        (
            "One or more of these Pages were followed by about 4,200 accounts",
            "",
            [("followers", "facebook", 4200, 4200)],
        ),
        (
            "112 fake and compromised Facebook accounts",
            "",
            [("accounts", "facebook", 112, 112)],
        ),
        ("5 journalists and their accounts", FACEBOOK, []),
        ("one or more Pages", FACEBOOK, []),
        ("8,700 Page followers", "", [("followers", "facebook", 8700, 8700)]),
        (
            "Facebook accounts - 112; Pages - 65",
            FACEBOOK,
            [("accounts", "facebook", 112, 112), ("pages", "facebook", 65, 65)],
        ),
    ],
)
def test_counts_are_placed_where_the_words_place_them(
    text: str, context: str, counts: list[Counted]
) -> None:
    found = find_counts(text, context)

    assert [(c.metric, c.platform, c.lower, c.upper) for c in found] == counts


@pytest.mark.parametrize(
    "text",
    [
        "Eight bombs exploded six, and top investigative reporters found out",
        "182:1 high vote! 110 Overseas",
        "hours between 0700 and 2100 with a peak between 1300 and 1800",
        "In 2022 accounts were created; one or more of these Pages",
        "hundreds of accounts",
        "Yan Zhihua is almost 80 years old",
    ],
)
def test_other_numbers_are_no_counts(text: str) -> None:
    assert find_counts(text, FACEBOOK) == []


@pytest.mark.parametrize(
    ("text", "amounts", "paid_in"),
    [
        (
            "Around $1.2 million in spending for ads, paid for mostly in Vietnamese dongs.\n",
            [(1_200_000, 1_200_000, "USD")],
            ["VND"],
        ),
        (
            "About $33,540, paid in US dollars and Thai baht",
            [(33_540, 33_540, "USD")],
            ["USD", "THB"],
        ),
        ("paid mostly in Georgian lari, euros, and U.S. dollars", [], ["GEL", "EUR", "USD"]),
        ("paid in West African CFA francs", [], ["XOF"]),
        ("€5,000", [(5000, 5000, "EUR")], []),
        ("5.000 €", [(5000, 5000, "EUR")], []),
        ("less than $100", [(None, 100, "USD")], []),
        ("over £1.2K", [(1200, None, "GBP")], []),
        ("between $5,000 and $10,000", [(5000, 10_000, "USD")], []),
        ("$1\u20132 million", [(1_000_000, 2_000_000, "USD")], []),
        ("$500 on Facebook and $200 on Instagram", [(500, 500, "USD"), (200, 200, "USD")], []),
        ("300,000 rubles", [(300_000, 300_000, "RUB")], []),
        ("EUR 12", [(12, 12, "EUR")], []),
        ("$33.50", [(33.5, 33.5, "USD")], []),
        ("1,500 Canadian dollars", [(1500, 1500, "CAD")], []),
        ("$1.5m in ads", [(1_500_000, 1_500_000, "USD")], []),
        ("£1.5m", [(1_500_000, 1_500_000, "GBP")], []),
        ("USD 2m", [(2_000_000, 2_000_000, "USD")], []),
        ("1.5m USD", [(1_500_000, 1_500_000, "USD")], []),
        ("$1.5b", [(1_500_000_000, 1_500_000_000, "USD")], []),
        (
            "Around $1.2m, paid for mostly in euros",
            [(1_200_000, 1_200_000, "USD")],
            ["EUR"],
        ),
        ("one thousand two hundred US dollars", [(1200, 1200, "USD")], []),
        ("MXN $20,000", [(20_000, 20_000, "MXN")], []),
        ("CN¥10,000", [(10_000, 10_000, "CNY")], []),
        ("RMB 10,000", [(10_000, 10_000, "CNY")], []),
        ("$5 million and 10 Pages", [(5_000_000, 5_000_000, "USD")], []),
        ("20 accounts in 2022", [], []),
    ],
)
def test_amounts_are_read(text: str, amounts: list[object], paid_in: list[str]) -> None:
    payments = find_money(text)

    assert [(m.lower, m.upper, m.currency) for m in payments.amounts] == amounts
    assert payments.paid_in == paid_in


def test_a_currency_nobody_knows_is_said_so() -> None:
    assert find_money("$5, paid in Ruritanian crowns and euros").not_understood == [
        "Ruritanian crowns"
    ]


@pytest.mark.parametrize(
    ("cells", "number", "tactic"),
    [
        (("0. Acqiuring Assets", "0.9 Accounts", "0.9.1 Facebook"), "0.9.1", "acquiring-assets"),
        (("1 Acquiring assets", "0.4 Business", "0.4.1 Company"), "0.4.1", "acquiring-assets"),
        (("1 Acquiring assets", "", ""), "0", "acquiring-assets"),
        (("Acquireing asets", "", ""), "0", "acquiring-assets"),
        (("7 Targetted engagment", "", ""), "7", "targeted-engagement"),
        (("5", "5.1 Privacy", ""), "5.1", "evading-detection"),
        (("2. Gathering information", "2.1. Soliciting information", ""), "2.1",
         "gathering-information"),
        (("", "", "0.9.11.0 Creating online petitions "), "0.9.11.0", "acquiring-assets"),
        (("Acquiring assets", "Acquiring domains", "Acquiring TikTok acounts"), "0.9.6",
         "acquiring-assets"),
        (("9. Enabling longevity", "9.8 Perception hacking", "9.7.1 Claims"), "9.7.1",
         "enabling-longevity"),
    ],
)  # fmt: skip
def test_a_row_is_about_its_most_specific_number(
    cells: tuple[str, str, str], number: str, tactic: str
) -> None:
    numbering = Numbering.of(["0.9.6 Acquiring TikTok accounts"])

    found = procedure_of(*cells, numbering)

    assert found is not None
    assert (found.label.number, found.tactic) == (number, tactic)


def test_a_tactic_that_is_none_is_said_so() -> None:
    found = procedure_of("Nonsense", "", "", Numbering())

    assert found is not None
    assert found.tactic is None
    assert found.remarks == ("tactic not understood: Nonsense",)
