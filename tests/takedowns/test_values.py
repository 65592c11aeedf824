"""What is found in a cell: defanged, in lists, in prose, on every platform."""

from __future__ import annotations

import pytest

from taxii_server.client.takedowns.defanging import plain, refang
from taxii_server.client.takedowns.hosts import uri
from taxii_server.client.takedowns.indicators import Kind, find_indicators
from taxii_server.client.takedowns.sites import find_place, place_of_handle


@pytest.mark.parametrize(
    "defanged",
    [
        "https://example[.]com/a",
        "hxxps://example.com/a",
        "hXXps[:]//example(.)com/a",
        "https{:}//example{.}com/a",
        "https[://]example[dot]com/a",
        "https : // example [.] com/a",
        "https:\\\\example.com/a",
        "[https]://example[.]com/a",
        "https://example[.com/a",
        "https://example.]com/a",
        "https://exam\u200bple\u00ad[.]com/a",
        "https:///example.com/a",
        "https//example.com/a",
        "h**ps://example.com/a",
        "https://example[.]com[/]a",
    ],
)
def test_every_way_of_defanging_is_undone(defanged: str) -> None:
    assert plain(refang(defanged)) == "https://example.com/a"
    (found,) = find_indicators(defanged).found
    assert (found.kind, found.value) == (Kind.URL, "https://example.com/a")


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("a[.]com, b.org; c[.]net and d.info", ["a.com", "b.org", "c.net", "d.info"]),
        ("a[.]com\nb[.]com\n", ["a.com", "b.com"]),
        ("1. a[.]com 2. b[.]com", ["a.com", "b.com"]),
        ("• a.com\n• b.com", ["a.com", "b.com"]),
        ("https://a.com/x,https://b.com/y", ["https://a.com/x", "https://b.com/y"]),
        ("(https://a.com/x_(y))", ["https://a.com/x_(y)"]),
        ("“https://a.com/x”.", ["https://a.com/x"]),
        ("https://twitter.com/name_", ["https://twitter.com/name_"]),
        ("https://a.com/by/x/?", ["https://a.com/by/x/?"]),
        ("user[@]mail[.]example and b@c.org", ["user@mail.example", "b@c.org"]),
        ("10[.]1[.]2[.]3, 192.0.2.0/24", ["10.1.2.3", "192.0.2.0/24"]),
        ("2001:DB8::1", ["2001:db8::1"]),
        ("d41d8cd98f00b204e9800998ecf8427e", ["d41d8cd98f00b204e9800998ecf8427e"]),
        ("a" * 40 + " " + "B" * 64, ["a" * 40, "B" * 64]),
        ("пример.рф", ["пример.рф"]),
        ("xn--e1afmkfd.xn--p1ai", ["xn--e1afmkfd.xn--p1ai"]),
        ("SHOUTING.COM", ["SHOUTING.COM"]),
        ("http://10.1.2.3:8080/x", ["http://10.1.2.3:8080/x"]),
        ("@some_handle, @other.one", ["@some_handle", "@other.one"]),
        ("@user@social.example", ["@user@social.example"]),
        ("t.me/name", ["http://t.me/name"]),
        (".a.com, .b[.]org", ["a.com", "b.org"]),
        ("['a.com', 'b.com']", ["a.com", "b.com"]),
        ("https://https://a.com", ["https://a.com"]),
        ("a.com?x=1", ["http://a.com?x=1"]),
        ("expyuzz4wqqyqhjn.onion", ["expyuzz4wqqyqhjn.onion"]),
        ("u/some_name, r/some_sub", ["http://reddit.com/user/some_name",
                                     "http://reddit.com/r/some_sub"]),
    ],
)  # fmt: skip
def test_lists_of_indicators_are_taken_apart(cell: str, values: list[str]) -> None:
    read = find_indicators(cell)

    assert [found.value for found in read.found] == values
    assert read.is_list


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("Rep.Jim Banks told U.S. accounts.The vast majority", []),
        ("a clip.mp4, report.pdf and setup.exe", []),
        ("0.9.11.0 and 10:30, d/b/a Inc., and/or, 24/7", []),
        ("the app com.example.messenger", []),
        ("Registering with Registrar[.]eu since 2020", ["Registrar.eu"]),
        ("Configure x[.]com with Titan.email service", ["x.com", "Titan.email"]),
        ("linked to twitter[.]com/one until May, then twitter[.]com/two.",
         ["http://twitter.com/one", "http://twitter.com/two"]),
        ("*.a.com", ["a.com"]),
        ("posts #北溪 and #tag", ["#北溪", "#tag"]),
        ("an article https://a.com/b.html [comment]", ["https://a.com/b.html"]),
        ("a colour #fff, number #1", ["#fff"]),
        ("shallots.onion and w/o r/w", []),
        ("Node.js and ASP.NET developers", ["ASP.NET"]),
    ],
)  # fmt: skip
def test_prose_is_not_taken_for_indicators(cell: str, values: list[str]) -> None:
    read = find_indicators(cell)

    assert [found.value for found in read.found] == values
    assert not read.is_list


def test_addresses_become_uris() -> None:
    """STIX 2.1 section 6.18 wants RFC 3986; the path's letter case says something."""
    assert uri("HTTPS://Example.COM/Path") == "https://example.com/Path"
    assert uri("https://bücher.example/ä?q=ö") == ("https://xn--bcher-kva.example/%C3%A4?q=%C3%B6")
    assert uri("http://a.com/%D9%A1/100%") == "http://a.com/%D9%A1/100%25"


@pytest.mark.parametrize(
    ("address", "platform", "login", "user_id", "channel"),
    [
        ("https://twitter.com/Name_1/", "twitter", "Name_1", None, None),
        ("https://mobile.twitter.com/Name_1?lang=en", "twitter", "Name_1", None, None),
        ("https://x.com/i/user/123", "twitter", None, "123", None),
        ("https://www.facebook.com/some.name", "facebook", "some.name", None, None),
        ("https://m.facebook.com/profile.php?id=100012", "facebook", None, "100012", None),
        ("https://www.facebook.com/groups/445566", "facebook", None, "445566", "group"),
        ("https://www.facebook.com/pages/Name/7788", "facebook", None, "7788", "page"),
        ("https://www.instagram.com/some.name/", "instagram", "some.name", None, None),
        ("https://www.threads.net/@some.name", "threads", "some.name", None, None),
        ("https://youtube.com/@Some-Name", "youtube", "Some-Name", None, "video-channel"),
        ("https://m.youtube.com/channel/UC12", "youtube", None, "UC12", "video-channel"),
        ("https://www.youtube.com/c/Name/videos", "youtube", "Name", None, "video-channel"),
        ("https://www.tiktok.com/@some.name", "tiktok", "some.name", None, None),
        ("http://t.me/s/name", "telegram", "name", None, "messaging-channel"),
        ("https://telegram.me/name", "telegram", "name", None, "messaging-channel"),
        ("https://t.me/+AbC12", "telegram", None, "AbC12", "messaging-channel"),
        ("https://www.pinterest.co.uk/name/", "pinterest", "name", None, None),
        ("https://old.reddit.com/user/Some-Name/", "reddit", "Some-Name", None, None),
        ("https://www.reddit.com/r/some_sub", "reddit", "r/some_sub", None, "subreddit"),
        ("https://vk.com/id123", "vkontakte", None, "123", None),
        ("https://vk.com/public123", "vkontakte", None, "123", "group"),
        ("https://vk.com/some.name", "vkontakte", "some.name", None, None),
        ("https://ok.ru/group/7000", "odnoklassniki", None, "7000", "group"),
        ("https://ok.ru/profile/7000", "odnoklassniki", None, "7000", None),
        ("https://discord.gg/AbC", "discord", None, "AbC", "messaging-channel"),
        ("https://www.linkedin.com/in/some-name", "linkedin", "some-name", None, None),
        ("https://uk.linkedin.com/company/firm/", "linkedin", "firm", None, "page"),
        ("https://medium.com/@some.name", "medium", "some.name", None, "website"),
        ("https://name.medium.com/", "medium", "name", None, "website"),
        ("https://www.tumblr.com/name", "tumblr", "name", None, "website"),
        ("https://name.tumblr.com", "tumblr", "name", None, "website"),
        ("https://name.blogspot.com/", "blogger", "name", None, "website"),
        ("https://name.wordpress.com/", "wordpress", "name", None, "website"),
        ("https://de.wikipedia.org/wiki/User:Name", "wikipedia", "Name", None, None),
        ("https://adstransparency.google.com/advertiser/AR9", "google-ads", None, "AR9", None),
        ("https://www.whatsapp.com/channel/0029Va", "whatsapp", None, "0029Va", "broadcast"),
        ("https://www.change.org/o/name", "change.org", "name", None, None),
        ("https://social.example/@name", "social.example", "name", None, None),
        ("https://forum.site.example/u/name", "site.example", "name", None, None),
        ("https://site.co.uk/member.php?u=582", "site.co.uk", None, "582", None),
        ("https://site.example/home.php?mod=space&uid=38", "site.example", None, "38", None),
        ("http://twitter.com/#!/Name_1", "twitter", "Name_1", None, None),
        ("tg://resolve?domain=name", "telegram", "name", None, "messaging-channel"),
        ("https://web.telegram.org/k/#@name", "telegram", "name", None, "messaging-channel"),
        ("https://rumble.com/SomeName", "rumble", "SomeName", None, "video-channel"),
        ("https://m.me/some.name", "facebook", "some.name", None, None),
        ("https://users.livejournal.com/a_b/", "livejournal", "a_b", None, "website"),
        ("https://www.goodreads.com/user/show/1234-ro", "goodreads", None, "1234", None),
        ("https://site.example/users/show/anna", "site.example", "anna", None, None),
    ],
)  # fmt: skip
def test_an_address_leads_to_its_account(
    address: str, platform: str, login: str | None, user_id: str | None, channel: str | None
) -> None:
    place = find_place(address)

    assert place is not None
    assert (place.platform, place.login, place.user_id) == (platform, login, user_id)
    assert place.channel_type == channel
    assert not place.is_content


@pytest.mark.parametrize(
    ("address", "login"),
    [
        ("https://twitter.com/name/status/12", "name"),
        ("https://t.me/name/42", "name"),
        ("https://www.tiktok.com/@name/video/7", "name"),
        ("https://medium.com/@name/a-post-12", "name"),
        ("https://www.tumblr.com/name/670/a-post", "name"),
        ("https://www.reddit.com/r/sub/comments/1/x/", "r/sub"),
        ("https://www.linkedin.com/posts/name_a-post-12", "name"),
        ("https://name.livejournal.com/12.html", "name"),
    ],
)
def test_a_post_leads_to_its_author(address: str, login: str) -> None:
    place = find_place(address)

    assert place is not None
    assert (place.login, place.is_content) == (login, True)


@pytest.mark.parametrize(
    "address",
    [
        "https://pic.twitter.com/AbCdEf",
        "https://pin.it/4AbCdEf",
        "https://t.me/boost/some_boost",
        "https://link.medium.com/AbC",
        "https://fb.watch/abc123/",
        "https://on.soundcloud.com/AbC",
        "https://qr.ae/abc",
        "https://boards.4chan.org/pol/",
        "https://developers.facebook.com/docs",
        "https://help.medium.com/",
    ],
)
def test_a_short_link_names_no_account_even_where_accounts_are_listed(address: str) -> None:
    assert find_place(address, expect_account=True) is None


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/watch?v=abcdefghijk",
        "https://youtu.be/abcdefghijk",
        "https://www.instagram.com/p/AbC/",
        "https://twitter.com/hashtag/tag",
        "https://twitter.com/",
        "https://www.change.org/p/a-petition",
        "https://bit.ly/abc",
        "https://news.example/2024/an-article.html",
        "https://news.example/article",
    ],
)
def test_an_address_without_an_author_leads_to_nobody(address: str) -> None:
    assert find_place(address) is None


def test_where_accounts_are_listed_a_sites_first_level_is_an_account() -> None:
    place = find_place("https://forum.example/some-name", expect_account=True)

    assert place is not None
    assert (place.platform, place.login) == ("forum.example", "some-name")
    assert find_place("https://forum.example/t/4198", expect_account=True) is None


def test_a_bare_name_is_an_account_only_where_the_platform_has_such_names() -> None:
    place = place_of_handle("twitter", "@Some_Name")

    assert place is not None
    assert (place.login, place.address) == ("Some_Name", "https://twitter.com/Some_Name")
    assert place_of_handle("discord", "@name") is None
    for platform, number in (
        ("twitter", "815815"),
        ("facebook", "100012"),
        ("vkontakte", "815"),
        ("youtube", "UCabcdefghijklmnopqrstuv"),
    ):
        numbered = place_of_handle(platform, number)
        assert numbered is not None
        assert (numbered.login, numbered.user_id) == (None, number)
    assert place_of_handle("", "@name") is None
