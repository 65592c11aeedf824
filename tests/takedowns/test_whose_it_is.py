"""Whose an indicator is: what the cluster controls, and what is a victim's or anybody's."""

from __future__ import annotations

from pathlib import Path

import pytest

from taxii_server.client.takedowns.indicators import Cell
from tests.takedowns.told import DOMAINS, FORUMS, TWITTER, Told, convert_text, kill_chain

TAGGING = ("7. Targeted engagement", "7.8 Direct outreach", "7.8.1 Tagging social media users")
HARASSING = ("7. Targeted engagement", "7.6 Posting about individuals", "7.6.3 Mass harassment")
REGISTRAR = ("5. Evading detection", "5.1 Privacy protection", "5.1.1 Privacy protecting")
MAIL = ("0. Acquiring assets", "0.2 Acquiring email addresses", "0.2.1 On owned domains")


def told_by(folder: Path, *rows: tuple[str, ...]) -> Told:
    return Told.by(convert_text(folder, kill_chain(*rows)))


def test_a_listed_account_is_the_clusters_and_a_tagged_one_is_not(tmp_path: Path) -> None:
    """Whoever acts on a lead must not act on the operation's victims."""
    told = told_by(
        tmp_path,
        (*TWITTER, "https://twitter[.]com/harbor_anna"),
        (*TAGGING, "https://twitter[.]com/a_reporter"),
        (*HARASSING, "The network insulted twitter[.]com/a_senator every day"),
    )

    assert told.accounts == {
        *(("twitter", name) for name in ("harbor_anna", "a_reporter", "a_senator"))
    }
    assert told.verb("harbor_anna") == "controls"
    assert told.verb("a_reporter") == told.verb("a_senator") == "related-to"
    (own,) = told.cluster["account_refs"]
    (anna,) = [o["id"] for o in told.of("user-account") if o["account_login"] == "harbor_anna"]
    assert own == anna


def test_a_registrar_is_used_and_the_site_it_registered_is_controlled(tmp_path: Path) -> None:
    told = told_by(
        tmp_path,
        (*DOMAINS, "harbor[.]news"),
        (*REGISTRAR, "Registering domain with Some Firm d/b/a Registrar[.]example"),
        (*MAIL, "Configure harbor[.]news with Mailhost.email service"),
    )

    verbs = {domain: told.verb(domain) for domain in told.domains}
    assert verbs == {
        "harbor.news": "controls",
        "registrar.example": "uses",
        "mailhost.email": "uses",
    }


@pytest.mark.parametrize(
    ("address", "forum"),
    [
        ("https://www.reddit.com/r/News/comments/1/a_title/", "r/News"),
        ("https://www.facebook.com/groups/my.group/posts/123456/", "groups/my.group"),
        ("https://ok.ru/group/7000/topic/2", "7000"),
    ],
)
def test_who_posts_in_a_forum_does_not_control_it(tmp_path: Path, address: str, forum: str) -> None:
    told = told_by(tmp_path, (*FORUMS, address))

    assert told.verb(forum) == "related-to"
    assert "account_refs" not in told.cluster
    assert "channel_refs" not in told.cluster
    assert told.verb(address) == "uses"
    assert len(told.cluster["content_refs"]) == 1


@pytest.mark.parametrize(
    ("text", "fakes", "genuine"),
    [
        ("port-gov[.]com impersonating port.gov[.]et", {"port-gov.com"}, {"port.gov.et"}),
        ("Registered port-gov[.]com, a typosquat of port.gov[.]ua", {"port-gov.com"},
         {"port.gov.ua"}),
        ("bild[.]pics (spoof of bild.de)", {"bild.pics"}, {"bild.de"}),
        ("port[.]info - clone of the legitimate www.port.com", {"port.info"},
         {"www.port.com", "port.com"}),
        ("port.gov[.]et was impersonated by port-gov[.]com", {"port-gov.com"}, {"port.gov.et"}),
        ("a[.]info and b[.]info impersonating c.org, d.org", {"a.info", "b.info"},
         {"c.org", "d.org"}),
        ("a[.]info mimics c.org; b[.]info mimics d.org", {"a.info", "b.info"}, {"c.org", "d.org"}),
        ("a[.]info (impersonating The Port), b[.]info (impersonating The Pier)",
         {"a.info", "b.info"}, set()),
        ("a[.]info - clone of The Port\nb[.]info - clone of The Pier", {"a.info", "b.info"}, set()),
        ("Spoofed domains: a[.]info, b[.]info", {"a.info", "b.info"}, set()),
        ("Typosquatting domains a[.]info, b[.]info", {"a.info", "b.info"}, set()),
        ("Posing as a news outlet, harbor[.]news", {"harbor.news"}, set()),
        ("Impersonated c.org via a[.]info", {"a.info"}, {"c.org"}),
        ("c.org (legitimate), a[.]info", {"a.info"}, {"c.org"}),
    ],
)  # fmt: skip
def test_a_site_that_was_imitated_is_not_the_clusters(
    tmp_path: Path, text: str, fakes: set[str], genuine: set[str]
) -> None:
    """Whoever blocks what the cluster controls must not block a newspaper or a ministry."""
    told = told_by(tmp_path, (*DOMAINS, text))

    assert told.domains == fakes | genuine
    assert {told.verb(domain) for domain in fakes} == {"controls"}
    assert {told.verb(domain) for domain in genuine} <= {"related-to"}


def test_a_cell_is_looked_at_as_a_whole_once_and_not_for_each_indicator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tens of thousands of indicators stand in one cell; the work must grow with their number."""
    asked: list[int] = []
    rest = Cell.rest.fget  # type: ignore[attr-defined]

    def counting(cell: Cell) -> str:
        asked.append(len(cell.found))
        return str(rest(cell))

    monkeypatch.setattr(Cell, "rest", property(counting))

    told = told_by(tmp_path, (*DOMAINS, "\n".join(f"harbor{n}[.]news" for n in range(300))))

    assert len(told.domains) == 300
    assert asked.count(300) <= 3
