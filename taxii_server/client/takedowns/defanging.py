"""Defanged text restored: ``hxxps[:]//example[.]com`` is ``https://example.com``.

Reports are defanged by hand, each in its own way and often only in part. A dot that
was in brackets says more than a plain one: somebody meant an address there, whatever
follows the dot. So it is restored as a mark of its own, which ``plain`` makes a dot.
"""

from __future__ import annotations

import re

DOT = "\x01"
"""A restored dot. No cell holds the character: ``reading`` leaves no control characters."""

_OPEN, _CLOSE = r"[\[({<⟨【]", r"[\])}>⟩】]"

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_STEPS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        # Half a bracket, as in example[.com or example.]com, is a slip of the hand.
        (rf"(?<=\w)[ \t]*{_OPEN}[ \t]*(?:\.|dot|d0t)[ \t]*{_CLOSE}[ \t]*(?=\w)", DOT),
        (r"(?<=\w)(?:\[\.|\.\]|\\\.)(?=\w)", DOT),
        (r"(?<=\w) (?:\[?dot\]?|\(dot) (?=(?:com|org|net|info|co|me|io|tv|ru|news)\b)", DOT),
        (rf"(?<![\w.*{DOT}])\*[.{DOT}](?=[^\W_])", "\u204e "),  # *.example.com: no mark of a list
        (rf"(?<!\S)[.{DOT}](?=[^\W_][\w\-]*[.{DOT}]\w)", ""),
        (rf"{_OPEN}[ \t]*:[ \t]*//[ \t]*{_CLOSE}", "://"),
        (rf"{_OPEN}[ \t]*:[ \t]*{_CLOSE}", ":"),
        (rf"{_OPEN}[ \t]*/[ \t]*{_CLOSE}", "/"),
        (rf"{_OPEN}[ \t]*//[ \t]*{_CLOSE}", "//"),
        (rf"(?<=\w)[ \t]*{_OPEN}[ \t]*(?:@|at)[ \t]*{_CLOSE}[ \t]*(?=\w)", "@"),
        (rf"{_OPEN}(https?|hxxps?|ftp){_CLOSE}(?=:|//)", r"\1"),
        (r"\bhttp\[s\](?=:)", "https"),
        (r"(?<![a-z])h(?:xx|\*\*|__|tx|tt|xt)p(s?)(?=[ \t]?:)", r"http\1"),
        (r"(?<![a-z])fxp(s?)(?=:)", r"ftp\1"),
        (r"(?<![a-z])meow(?=://)", "http"),
        (r"(?<![a-z])(https?|ftps?)[ \t]?:[ \t]?(?:\\\\|/\\|\\/|///?)[ \t]?(?=[\w\[])", r"\1://"),
        (r"(?<![a-z])(https?)//(?=\w)", r"\1://"),
        (r"(?<![a-z])(?:https?://)+(?=https?://)", ""),
    )
)
_MAY_BE_DEFANGED = re.compile(
    rf"{_OPEN}|{_CLOSE}|\\|h(?:xx|\*\*|__|tx|xt)p|fxp|meow|https?[ /]| dot |: ?//[ /]|:///|//https?:"
    r"|\*\.|(?<!\S)\.\w",
    re.IGNORECASE,
)


def refang(text: str) -> str:
    r"""Return the text with addresses restored; restored dots are ``DOT``.

    >>> plain(refang("hxxps[:]//www[.]example(dot)com and a [@] example [.] org"))
    'https://www.example.com and a@example.org'
    >>> refang("example[.]com") == f"example{DOT}com"
    True
    """
    text = _INVISIBLE.sub("", text.replace(DOT, " ").replace("\u00a0", " "))
    if _MAY_BE_DEFANGED.search(text) is None:
        return text
    for pattern, replacement in _STEPS:
        text = pattern.sub(replacement, text)
    return text


def plain(text: str) -> str:
    """Return a text with its restored dots as dots."""
    return text.replace(DOT, ".")
