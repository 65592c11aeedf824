"""Reports of our own, in the two forms in which companies publish takedowns.

Fictional, and as untidy as the published ones: numbers and spelling that vary, several
indicators in a cell, line breaks, empty rows, half-defanged addresses.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_ASSETS = "0. Acquiring assets"
_SOCIAL = "0.9 Acquiring social media accounts"

_HARBOR: Sequence[Sequence[str]] = (
    ("Tactic ", "Technique", "Procedure", "Indicator", "Comments"),
    ("0 Aquiring asets", "0.6 Acquiring domains", "0.6.2 Acquiring domains to support influence "
     "operations", "harborvoice[.]news", "the hub"),
    (_ASSETS, "0.6 Acquiring domains", "0.6.2 Acquiring domains to support influence operations",
     "harbor-today[.]info, harborwatch.org; hxxps://porttimes[.]net/\n", ""),
    ("1 Acquiring assets", _SOCIAL, "0.9.1 Acquiring Facebook assets", "1,204 accounts", ""),
    (_ASSETS, _SOCIAL, "0.9.1 Acquiring Facebook assets", "31 Pages ", ""),
    (_ASSETS, _SOCIAL, "0.9.1 Acquiring Facebook assets", "2 Groups", ""),
    (_ASSETS, _SOCIAL, "0.9.2 Acquiring Instagram accounts", "18 accounts", ""),
    (_ASSETS, _SOCIAL, "0.9.4 Acquiring X / Twitter accounts",
     "https://twitter[.]com/HarborVoice1", ""),
    (_ASSETS, _SOCIAL, "0.9.4 Acquiring X / Twitter accounts",
     "twitter[.]com/port_times_\nhttps://x.com/harbor_anna and https://x[.]com/harbor_ben", ""),
    (_ASSETS, _SOCIAL, "0.9.5 Acquiring YouTube channels",
     "https[:]//www[.]youtube[.]com/@HarborVoiceTV", "subscriber bots"),
    (_ASSETS, _SOCIAL, "0.9.6 Acquiring TikTok accounts", "tiktok[.]com/@harbor.voice", ""),
    (_ASSETS, _SOCIAL, "0.9.7 Acquiring Telegram channels", "https{:}//t[.]me/s/harborvoice", ""),
    (_ASSETS, _SOCIAL, "0.9.8 Acquiring accounts on online forums",
     "https://www[.]reddit[.]com/user/harbor_talk/", ""),
    ("", "", "", "", ""),
    ("1. Disguising assets", "1.2 Posing as non-existent person", "",
     "Personas posed as dock workers", ""),
    ("7. Targeted engagement", "7.1 Running ads", "7.1.1 Advertising to promote content",
     "Around $1.5 million in spending for ads on Facebook, paid for mostly in Georgian lari", ""),
    ("7. Targeted engagement", "7.2 Engaging with users outside the operation",
     "7.2.2 Acquiring Page followers",
     "About 56,300 accounts followed one or more of these Pages", ""),
    ("7. Targeted engagement", "7.2 Engaging with users outside the operation",
     "7.2.3 Acquiring Group members", "About 800 accounts joined one or more of these Groups", ""),
)  # fmt: skip

_PRAIRIE: Sequence[Sequence[str]] = (
    ("indicator_type", "indicator_value", "comment", "ds"),
    ("domain_name", "prairie-echo.example.com", "Hub", "2024-05-01"),
    ("domain_name", "PrairieEcho[.]site", "Hub", "2024-05-01"),
    ("domain_name", "prairie-daily.press", "Mirror", "2024-05-01"),
    ("telegram_url", "https://t.me/prairie_echo", "CIB Telegram URL", "2024-05-01"),
    ("telegram_url", "https://t.me/prairie_echo/17", "a post", "2024-05-01"),
    ("cib_url", "https://prairie-echo.livejournal.com/", "CIB URL", "2024-05-01"),
    ("cib_url", "https://www.change.org/p/save-the-prairie?x=1", "petition", "2024-05-01"),
    ("twitter_url", "https://twitter.com/PrairieEcho", "", "2024-05-01"),
)


def _csv(rows: Iterable[Sequence[str]], *, line_end: str = "\r\n") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=line_end).writerows(rows)
    return text.getvalue()


def example_reports() -> dict[str, bytes]:
    """Return the examples by file name: as spreadsheets save them, with and without a mark."""
    return {
        "harbor-voice.killchain.csv": _csv(_HARBOR).encode().removesuffix(b"\r\n"),
        "harbor-voice-excel.killchain.csv": b"\xef\xbb\xbf" + _csv(_HARBOR).encode(),
        "prairie-echo.indicators.csv": _csv(_PRAIRIE, line_end="\n").encode(),
    }
