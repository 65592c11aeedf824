"""The accounts of the story's invented persons: some as they are, most as pseudonyms.

An account as its platform knows it goes to other companies only. Under a pseudonym it
may go to everybody, and companies that hold the key find it among their own: two
members that know one account make one object of it.

No login, number or name is a person's: logins end in ``example``, ids begin with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stix_models.pseudonyms import pseudonymous_accounts
from taxii_server.demo.stix import DEMO_KEY, STIX, extension, observable


def known(  # noqa: PLR0913 - what a platform knows of an account
    platform: str, number: str, login: str, name: str, *, since: str, followers: int
) -> STIX:
    """Return an account as its platform knows it, with what the profile says.

    ``since`` is the day of its making, YYYY-MM-DD.
    """
    return observable(
        "user-account",
        account_type=platform,
        user_id=f"example-{number}",
        account_login=f"{login}_example",
        display_name=name,
        account_created=f"{since}T00:00:00.000Z",
        extensions=extension(
            "social-account",
            follower_count=followers,
            following_count=3 * followers + 41,  # they follow many, to be followed back
            profile_url=f"https://{platform}.example/{login}_example",
            reported_location="Wisconsin",
        ),
    )


def by_number(platform: str, numbers: Sequence[int]) -> list[STIX]:
    """Return the pseudonyms of accounts that their platform knows by these numbers."""
    return [_pseudonyms(platform, user_id=f"example-{number}")[0] for number in numbers]


def by_login(platform: str, logins: Sequence[str]) -> list[STIX]:
    """Return the pseudonyms of accounts that somebody else knows by these logins."""
    return [_pseudonyms(platform, account_login=f"{login}_example")[0] for login in logins]


def by_both(platform: str, number: int, login: str) -> list[STIX]:
    """Return the two pseudonyms of one account: that of its number, and that of its login."""
    return _pseudonyms(platform, user_id=f"example-{number}", account_login=f"{login}_example")


def _pseudonyms(platform: str, **known_by: Any) -> list[dict[str, Any]]:
    raw = observable("user-account", account_type=platform, **known_by)
    return pseudonymous_accounts(raw, DEMO_KEY)
