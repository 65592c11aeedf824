"""How the table of platforms says what the paths of their addresses lead to.

``platform`` is what a ``user-account`` there has as its ``account_type``: the term of
platform-ov where it has one. A rule's pattern is tried on the path without its first
slash, query and all; ``login`` and ``id`` are the account, and a rule with neither is an
address that names nobody. The first rule that fits decides.
"""

from __future__ import annotations

from dataclasses import dataclass

NAME = r"(?P<login>[^/?#]+)"
WORD = r"(?P<login>[\w.\-]+)"
ID = r"(?P<id>[^/?#]+)"
NUMBER = r"(?P<id>\d+)"


@dataclass(frozen=True, slots=True)
class Rule:
    """One form of address on a platform."""

    pattern: str
    channel: str = ""  # a term of channel-type-ov, where it is a conduit
    name: str = ""  # the address without a scheme, where it is not the part that matched
    prefix: str = ""  # of the login, where names of two kinds could be mistaken
    content: bool = False  # always something published by the account
    private: bool = False  # by invitation
    shared: bool = False  # many post there: who owns it need not have posted


@dataclass(frozen=True, slots=True)
class Site:
    """One platform."""

    platform: str
    hosts: str  # expression for the host without what stands before it
    rules: tuple[Rule, ...]
    names: tuple[str, ...] = ()  # what prose calls it
    handles: str | None = None  # where a bare name leads to
    subdomains: str | None = None  # type of channel that a subdomain is; "": an account only


def nobody(*words: str) -> Rule:
    """Return a rule for addresses of the platform itself, and for posts without an author."""
    return Rule(rf"(?:{'|'.join(words)})")
