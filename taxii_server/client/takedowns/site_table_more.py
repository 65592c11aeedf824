"""Platforms that platform-ov does not list, and sites that are nobody's in particular."""

from __future__ import annotations

from taxii_server.client.takedowns.site_rules import ID, NAME, NUMBER, WORD, Rule, Site, nobody

SHORT_LINKS: tuple[Site, ...] = (
    Site(
        "shortener",
        r"bit\.ly|tinyurl\.com|t\.co|goo\.gl|goo\.su|is\.gd|v\.gd|cutt\.ly|ow\.ly|rb\.gy|j\.mp|t\.ly"
        r"|tiny\.cc|bit\.do|buff\.ly|dlvr\.it|ift\.tt|trib\.al|clck\.ru|shorturl\.at|rebrand\.ly|u\.to"
        r"|s\.id|urlz\.fr|amzn\.to|wp\.me",
        (),
    ),
    Site(
        "short-link",
        r"pic\.twitter\.com|fb\.watch|youtu\.be|v[mt]\.tiktok\.com|pin\.it|(?:[iv]\.)?redd\.it|vk\.cc"
        r"|lnkd\.in|link\.medium\.com|at\.tumblr\.com|tmblr\.co|chng\.it|qr\.ae|on\.soundcloud\.com"
        r"|flic\.kr|dai\.ly|spoti\.fi|spotify\.link|w\.wiki",
        (),
    ),
)
"""Short links, of a platform or of anybody: what follows their host names no account."""

OTHER_SITES: tuple[Site, ...] = (
    Site(
        "medium",
        r"medium\.com",
        (
            Rule(rf"@{NAME}", "website"),
            nobody("p", "tag", "search", "m", "me"),
            Rule(NAME, "website"),
        ),
        names=(r"(?-i:Medium|MEDIUM)",),
        handles="medium.com/@{}",
        subdomains="website",
    ),
    Site(
        "tumblr",
        r"tumblr\.com",
        (
            Rule(rf"blog/(?:view/)?{NAME}", "website", "tumblr.com/{login}"),
            nobody("tagged", "search", "explore", "dashboard"),
            Rule(NAME, "website"),
        ),
        names=("tumblr",),
        handles="tumblr.com/{}",
        subdomains="website",
    ),
    Site(
        "livejournal",
        r"(?:users|community)\.livejournal\.com",
        (Rule(NAME, "website"),),
    ),
    Site(
        "livejournal",
        r"livejournal\.com",
        (Rule(rf"(?:users|profile|community)/{NAME}", "website"),),
        names=("livejournal",),
        subdomains="website",
    ),
    Site(
        "blogger",
        r"blogspot\.com|blogspot\.[a-z]{2}|blogger\.com",
        (Rule(rf"profile/{ID}"),),
        names=("blogger", "blogspot"),
        subdomains="website",
    ),
    Site("wordpress", r"wordpress\.com", (), names=("wordpress",), subdomains="website"),
    Site(
        "substack",
        r"substack\.com",
        (Rule(rf"@{NAME}", "newsletter"),),
        names=("substack",),
        handles="substack.com/@{}",
        subdomains="newsletter",
    ),
    Site(
        "quora",
        r"quora\.com",
        (Rule(rf"profile/{NAME}"), Rule(rf"q/{NAME}", "website")),
        names=("quora",),
        subdomains="website",
    ),
    Site("change.org", r"change\.org", (Rule(rf"(?:u|o)/{NAME}"),)),
    Site(
        "bluesky",
        r"bsky\.app|bsky\.social",
        (Rule(rf"profile/{NAME}"),),
        names=("bluesky",),
        handles="bsky.app/profile/{}",
    ),
    Site(
        "truth-social",
        r"truthsocial\.com",
        (Rule(rf"@{WORD}"),),
        names=("truth ?social",),
        handles="truthsocial.com/@{}",
    ),
    Site(
        "gab",
        r"gab\.com",
        (Rule(rf"groups/{NUMBER}", "group"), Rule(rf"@?{WORD}")),
        names=(r"(?-i:Gab|GAB)",),
        handles="gab.com/{}",
    ),
    Site(
        "gettr",
        r"gettr\.com",
        (Rule(rf"user/{WORD}"),),
        names=("gettr",),
        handles="gettr.com/user/{}",
    ),
    Site(
        "parler",
        r"parler\.com",
        (Rule(rf"(?:user|profile)/{WORD}"), Rule(WORD)),
        names=(r"(?-i:Parler|PARLER)",),
        handles="parler.com/{}",
    ),
    Site(
        "rumble",
        r"rumble\.com",
        (
            Rule(rf"(?:c|user)/{NAME}", "video-channel"),
            nobody(r"v\w+-[\w\-.]+|v\w{4,7}", "embed", "videos", "browse", "search"),
            Rule(r"(?P<login>\w+)", "video-channel"),
        ),
        names=(r"(?-i:Rumble|RUMBLE)",),
        handles="rumble.com/c/{}",
    ),
    Site(
        "odysee",
        r"odysee\.com",
        (Rule(rf"@{NAME}", "video-channel"),),
        names=("odysee",),
        handles="odysee.com/@{}",
    ),
    Site(
        "bitchute",
        r"bitchute\.com",
        (Rule(rf"(?:channel|profile)/{NAME}", "video-channel"), nobody("video")),
        names=("bitchute",),
    ),
    Site(
        "rutube",
        r"rutube\.ru",
        (Rule(rf"(?:channel|u)/{NAME}", "video-channel"), nobody("video")),
        names=("rutube",),
    ),
    Site(
        "vimeo",
        r"vimeo\.com",
        (nobody(r"\d+", "channels", "groups"), Rule(NAME, "video-channel")),
        names=("vimeo",),
        handles="vimeo.com/{}",
    ),
    Site(
        "dailymotion",
        r"dailymotion\.com",
        (nobody("video", "embed", "playlist"), Rule(NAME, "video-channel")),
        names=("dailymotion",),
        handles="dailymotion.com/{}",
    ),
    Site(
        "twitch",
        r"twitch\.tv",
        (nobody("videos", "directory"), Rule(WORD, "broadcast")),
        names=("twitch",),
        handles="twitch.tv/{}",
    ),
    Site(
        "soundcloud",
        r"soundcloud\.com",
        (nobody("discover", "search"), Rule(NAME, "podcast")),
        names=("soundcloud",),
        handles="soundcloud.com/{}",
    ),
    Site("flickr", r"flickr\.com", (Rule(rf"(?:photos|people)/{NAME}"),), names=("flickr",)),
    Site(
        "github",
        r"github\.com",
        (nobody("topics", "search"), Rule(WORD)),
        names=("github",),
        handles="github.com/{}",
    ),
    Site(
        "snapchat",
        r"snapchat\.com",
        (Rule(rf"(?:add/|@){WORD}"),),
        names=("snapchat",),
        handles="snapchat.com/add/{}",
    ),
    Site(
        "weibo",
        r"weibo\.com|weibo\.cn",
        (Rule(rf"(?:u|p)/{NUMBER}"), Rule(NUMBER), Rule(rf"n/{NAME}"), Rule(WORD)),
        names=("weibo",),
    ),
    Site(
        "bilibili", r"space\.bilibili\.com", (Rule(NUMBER, "video-channel"),), names=("bilibili",)
    ),
    Site(
        "patreon",
        r"patreon\.com",
        (nobody("posts"), Rule(rf"(?:c|user)/{NAME}"), Rule(NAME)),
        names=("patreon",),
    ),
    Site("steemit", r"steemit\.com", (Rule(rf"@{WORD}"),), names=("steemit",)),
    Site(
        "dzen",
        r"dzen\.ru|zen\.yandex\.ru",
        (Rule(rf"id/{ID}", "website"), nobody("a", "b", "news", "video"), Rule(NAME, "website")),
        names=("dzen", "yandex zen"),
    ),
    Site("scoop.it", r"scoop\.it", (Rule(rf"(?:topic|t|u)/{NAME}", "website"),)),
    Site("ameblo", r"ameblo\.jp", (Rule(NAME, "website"),)),
    Site("eitaa", r"eitaa\.com", (Rule(WORD, "messaging-channel"),), names=("eitaa",)),
    Site("rubika", r"rubika\.ir", (Rule(WORD, "messaging-channel"),), names=("rubika",)),
    Site("aparat", r"aparat\.com", (nobody("v"), Rule(WORD, "video-channel")), names=("aparat",)),
    Site("line", r"line\.me|lin\.ee", (Rule(rf"(?:R/)?(?:ti/p|ti/g)/{ID}"),)),
    Site(
        "spotify",
        r"open\.spotify\.com|podcasters\.spotify\.com",
        (Rule(rf"user/{ID}"), Rule(rf"show/{ID}", "podcast")),
        names=("spotify",),
    ),
    Site("linktree", r"linktr\.ee", (Rule(NAME),), names=("linktree",)),
    Site(
        "goodreads", r"goodreads\.com", (Rule(rf"(?:user|author)/show/{NUMBER}(?:[\-.][^/?#]*)?"),)
    ),
    Site("archive.org", r"archive\.org", (Rule(rf"details/@{NAME}"),)),
    Site("google-sites", r"sites\.google\.com", (Rule(rf"view/{NAME}", "website"),)),
    Site("wix", r"wixsite\.com", (), subdomains="website"),
    Site("weebly", r"weebly\.com", (), subdomains="website"),
    # Shared by everybody and nobody's account: shops, stores, petitions.
    Site("imageboard", r"4chan\.org|4channel\.org|8kun\.top|2ch\.hk", ()),
    Site("avaaz", r"avaaz\.org", ()),
    Site(
        "web-archive",
        r"archive\.(?:ph|today|is|li|md|fo|vn)|ghostarchive\.org|perma\.cc",
        (),
    ),
    Site(
        "storage",
        r"drive\.google\.com|docs\.google\.com|forms\.gle|dropbox\.com|mega\.nz"
        r"|play\.google\.com|apps\.apple\.com|pastebin\.com",
        (),
    ),
)
