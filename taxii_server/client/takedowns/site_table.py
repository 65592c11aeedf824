"""The platforms that the object model lists in platform-ov, and Odnoklassniki."""

from __future__ import annotations

from taxii_server.client.takedowns.site_rules import ID, NAME, NUMBER, WORD, Rule, Site, nobody

LISTED_SITES: tuple[Site, ...] = (
    Site(
        "twitter",
        r"twitter\.com|x\.com",
        (
            Rule(rf"(?:i/user/|intent/(?:user|follow)\?(?:.*&)?user_id=){NUMBER}"),
            Rule(rf"intent/(?:user|follow)\?(?:.*&)?screen_name={WORD}"),
            Rule(rf"i/communities/{NUMBER}", "group", shared=True),
            nobody("i", "hashtag", "search", "home", "explore", "share", "intent", "settings"),
            Rule(r"(?:#!/)?@?(?P<login>\w+)", name="twitter.com/{login}"),
        ),
        names=("twitter", "tweets?", r"(?-i:X)(?=[ /,.;)]|$)"),
        handles="twitter.com/{}",
    ),
    Site(
        "facebook",
        r"facebook\.com|fb\.com|fb\.me|m\.me",
        (
            Rule(
                rf"profile\.php\?(?:.*&)?id={NUMBER}(?:&[^#]*)?",
                name="facebook.com/profile.php?id={id}",
            ),
            Rule(rf"groups/{NUMBER}", "group", shared=True),
            Rule(rf"groups/{NAME}", "group", prefix="groups/", shared=True),
            Rule(rf"pages/(?:category/)?[^/?#]+/{NUMBER}", "page"),
            Rule(rf"(?:pages|pg)/{NAME}", "page"),
            Rule(rf"(?:people|p)/[^/?#]+/{NUMBER}"),
            Rule(
                rf"(?:story|permalink)\.php\?(?:.*&)?id={NUMBER}(?:&[^#]*)?",
                name="facebook.com/profile.php?id={id}",
                content=True,
            ),
            nobody(
                "events",
                "watch",
                "hashtag",
                "photo",
                r"photo\.php",
                "sharer",
                r"sharer\.php",
                "reel",
                "share",
                "ads",
                "marketplace",
                "gaming",
                "login",
                "help",
            ),
            Rule(NUMBER),
            Rule(WORD),
        ),
        names=("facebook", r"(?-i:FB)"),
        handles="facebook.com/{}",
    ),
    Site(
        "instagram",
        r"instagram\.com|instagr\.am",
        (
            Rule(rf"stories/{WORD}", content=True),
            nobody("p", "reel", "reels", "tv", "explore", "stories", "accounts"),
            Rule(rf"@?{WORD}"),
        ),
        names=("instagram", r"(?-i:IG)"),
        handles="instagram.com/{}",
    ),
    Site(
        "threads",
        r"threads\.(?:net|com)",
        (Rule(rf"@{WORD}"),),
        names=(r"(?-i:Threads|THREADS)",),
        handles="threads.net/@{}",
    ),
    Site(
        "whatsapp",
        r"whatsapp\.com|wa\.me",
        (
            Rule(rf"channel/{ID}", "broadcast"),
            Rule(r"(?:api/)?send/?\?(?:.*&)?phone=(?P<id>\+?\d+)(?:&[^#]*)?"),
            Rule(r"(?P<id>\+?\d{6,15})"),
            Rule(r"(?:invite/)?(?P<id>[A-Za-z0-9]{18,30})", "messaging-channel", private=True),
        ),
        names=("whats ?app",),
    ),
    Site(
        "youtube",
        r"youtube\.com|youtube-nocookie\.com",
        (
            Rule(rf"@{NAME}", "video-channel"),
            Rule(rf"channel/{ID}", "video-channel"),
            Rule(rf"(?:c|user)/{NAME}", "video-channel"),
            nobody(
                "watch",
                "shorts",
                "live",
                "embed",
                "playlist",
                "clip",
                "results",
                "feed",
                "hashtag",
                "post",
                "v",
            ),
            Rule(NAME, "video-channel"),
        ),
        names=("you ?tube",),
        handles="youtube.com/@{}",
    ),
    Site(
        "tiktok",
        r"tiktok\.com",
        (Rule(rf"@{WORD}"),),
        names=("tik ?tok",),
        handles="tiktok.com/@{}",
    ),
    Site(
        "telegram",
        r"t\.me|telegram\.me|telegram\.dog",
        (
            Rule(
                r"(?:joinchat/|\+)(?P<id>[\w\-]+)", "messaging-channel", "t.me/+{id}", private=True
            ),
            Rule(rf"c/{NUMBER}", "messaging-channel", private=True),
            nobody(
                *("joinchat", "addstickers", "addemoji", "addlist", "addtheme", "bg", "boost"),
                *("confirmphone", "contact", "giftcode", "invoice", "iv", "login", "proxy"),
                *("setlanguage", "share", "socks"),
            ),
            Rule(r"(?:s/)?@?(?P<login>\w+)", "messaging-channel", "t.me/{login}"),
        ),
        names=("telegram",),
        handles="t.me/{}",
        subdomains="messaging-channel",
    ),
    Site(
        "telegram",
        r"web\.telegram\.org",
        (Rule(r"(?:[akz]/)?#@(?P<login>\w+)", "messaging-channel", "t.me/{login}"),),
    ),
    Site(
        "telegram",
        "resolve",  # tg://resolve?domain=name
        (Rule(r"\?(?:.*&)?domain=(?P<login>\w+)(?:&[^#]*)?", "messaging-channel", "t.me/{login}"),),
    ),
    Site("telegram", r"telegra\.ph", ()),
    Site(
        "pinterest",
        r"pinterest\.(?:com|co\.uk|co\.kr|com\.au|com\.mx|[a-z]{2})",
        (nobody("pin", "search", "ideas", "today"), Rule(NAME)),
        names=("pinterest",),
        handles="pinterest.com/{}",
    ),
    Site(
        "reddit",
        r"reddit\.com",
        (
            Rule(rf"(?:user|u)/{WORD}"),
            Rule(rf"r/u_{WORD}"),
            Rule(r"r/(?P<login>\w+)", "subreddit", prefix="r/", shared=True),
        ),
        names=("reddit", "subreddits?"),
        handles="reddit.com/user/{}",
    ),
    Site(
        "vkontakte",
        r"vk\.com|vk\.ru|vkontakte\.ru",
        (
            Rule(rf"id{NUMBER}"),
            Rule(rf"(?:club|public|event){NUMBER}", "group"),
            Rule(
                rf"(?:wall|video|photo|topic|album)-{NUMBER}[\w\-]*",
                "group",
                "vk.com/club{id}",
                content=True,
            ),
            Rule(rf"(?:wall|video|photo|album){NUMBER}[\w\-]*", name="vk.com/id{id}", content=True),
            nobody("video", "feed", "search", "away", r"away\.php", "share", r"share\.php"),
            Rule(WORD),
        ),
        names=("vkontakte", "vk"),
        handles="vk.com/{}",
    ),
    Site(
        "odnoklassniki",
        r"ok\.ru|odnoklassniki\.ru",
        (
            Rule(rf"group/{NUMBER}", "group", shared=True),
            Rule(rf"group/{NAME}", "group", shared=True),
            Rule(rf"profile/{ID}"),
            nobody("video", "videoembed", "music", "live", "dk"),
            Rule(WORD, "group"),
        ),
        names=(
            "odnoklassniki",
            r"ok\.ru",
            r"(?-i:OK)(?= (?:groups?|communit|accounts?|pages?|users?))",
        ),
        handles="ok.ru/{}",
    ),
    Site(
        "discord",
        r"discord\.gg|discord\.com|discordapp\.com",
        (
            Rule(rf"channels/{NUMBER}", "messaging-channel", shared=True),
            Rule(rf"users/{NUMBER}"),
            Rule(
                r"(?:invite/)?(?P<id>[\w\-]{2,32})",
                "messaging-channel",
                "discord.gg/{id}",
                private=True,
            ),
        ),
        names=("discord",),
    ),
    Site(
        "linkedin",
        r"linkedin\.com",
        (
            Rule(rf"in/{NAME}"),
            Rule(rf"(?:company|school|showcase)/{NAME}", "page"),
            Rule(rf"groups/{ID}", "group", shared=True),
            Rule(
                r"posts/(?P<login>[^/?#_]+)_[^/?#]*", name="linkedin.com/in/{login}", content=True
            ),
        ),
        names=("linkedin",),
        handles="linkedin.com/in/{}",
    ),
    Site(
        "wikipedia",
        r"wikipedia\.org",
        (
            Rule(r"wiki/(?:User|User_talk|Special:Contributions)[:/](?P<login>[^/?#]+)"),
            Rule(r"wiki/(?:Usuario|Utilisateur|Benutzer|Участник|Utente)(?::|%3A)" + NAME),
        ),
        names=("wikipedia",),
        handles="en.wikipedia.org/wiki/User:{}",
    ),
    Site(
        "google-ads",
        r"adstransparency\.google\.com",
        (Rule(rf"advertiser/{ID}"),),
        names=("google ads?",),
    ),
)
