"""What an indicator is to the cluster, by where in the kill chain the report lists it.

A report names its victims, registrars and neighbours too. Only what the operation
acquired or posed as is said to be under its control; what it worked with is used; what
prose merely names is related.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from taxii_server.client.takedowns.kill_chain import in_section

CONTROLS, USES, RELATED = "controls", "uses", "related-to"

STRENGTH: Mapping[str, int] = {CONTROLS: 2, USES: 1, RELATED: 0}
"""Where two rows say different things of one object, the stronger one holds."""

_LISTED: Mapping[str, str] = {
    "0": CONTROLS,
    "1": USES,
    "1.1": RELATED,  # whose pictures were copied
    "1.2": CONTROLS,
    "1.3": CONTROLS,
    "1.4": RELATED,  # who was impersonated
    "1.6": CONTROLS,
    "1.7": CONTROLS,
    "1.8": CONTROLS,
    "2": RELATED,
    "3": USES,
    "3.2": CONTROLS,
    "3.4": CONTROLS,
    "4": USES,
    "5": USES,
    "5.2.2": RELATED,  # whose content was copied and edited
    "5.4": RELATED,  # whose content was copied
    "6": USES,
    "7": USES,
    "7.2": RELATED,  # friends, followers, other people's groups
    "7.3": RELATED,
    "7.4": RELATED,
    "7.6": RELATED,
    "7.8": RELATED,
    "8": RELATED,
    "9": CONTROLS,
}
_PROSE: Mapping[str, str] = {"5.1": USES, "5.2.1": USES, "5.5": USES}
_OF_ACCOUNTS, _OF_DOMAINS = "0.9", "0.6"
_BY_MEANS_OF = re.compile(
    r"\b(?:with|through|via|using|by|from|at|on)\s+(?:the\s+|a\s+)?(?:\w+\s+)?$", re.IGNORECASE
)


def role_of(number: str, *, listed: bool, is_account: bool, before: str) -> str:
    """Return the verb between the cluster and an indicator.

    Args:
        number: The procedure's number; may be empty.
        listed: The cell is a list of indicators, not prose.
        is_account: It is an account or channel, and not a domain or the like.
        before: The prose in front of it.
    """
    if listed:
        return in_section(number, _LISTED) or RELATED
    by_means = _BY_MEANS_OF.search(before) is not None
    acquired = {_OF_ACCOUNTS: is_account, _OF_DOMAINS: not is_account}
    for section, fits in acquired.items():
        if fits and in_section(number, {section: "yes"}):
            return USES if by_means and not is_account else CONTROLS
    if by_means and in_section(number, {"0": "yes"}):
        return USES
    return in_section(number, _PROSE) or RELATED


def lists_accounts(number: str, name: str) -> bool:
    """Return whether a procedure is about acquiring accounts, by its number or its name."""
    if in_section(number, {_OF_ACCOUNTS: "yes"}):
        return True
    return re.search(r"\b(?:accounts?|channels?|social media|blogs?)\b", name) is not None and (
        number == "" or number.startswith("0.")
    )


def lists_domains(number: str, name: str) -> bool:
    """Return whether a procedure is about acquiring domains."""
    if in_section(number, {_OF_DOMAINS: "yes"}):
        return True
    return number == "" and re.search(r"\b(?:domains?|websites?)\b", name) is not None
