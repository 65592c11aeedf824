"""A pseudonymous user-account from a raw one (object model, section 3, "Pseudonyms").

The token is HMAC-SHA256 over the platform, the kind of identifier and its value. The id
of the account is made of the token, so two companies that hold the key meet on one id
without asking each other. Everything that names a person is left out; the extension
says which properties that were.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from stix_models.deterministic import sco_id
from stix_models.extensions import EXTENSION_OF_NAME, PROPERTY_EXTENSION
from stix_models.identifiers import is_identifier
from stix_models.markings import OPENCTI_EXTENSIONS
from stix_models.problems import Problem
from stix_models.pseudonyms.keys import PseudonymKey
from stix_models.pseudonyms.spelling import is_invisible
from stix_models.rules_pseudonym import ALLOWED, ALLOWED_EXTENSIONS, PSEUDONYMOUS, USER_ID
from stix_models.vocabularies import OPEN_VOCABULARIES

Kind = Literal["id", "login"]
Stix = Mapping[str, Any]

SHARING = EXTENSION_OF_NAME["sharing"].id
SOCIAL = EXTENSION_OF_NAME["social-account"].id

PLATFORMS = OPEN_VOCABULARIES["platform-ov"]
CASE_INSENSITIVE = frozenset(
    {"facebook", "instagram", "threads", "twitter", "tiktok", "telegram", "reddit"}
)
"""Platforms where ``Jack`` and ``jack`` are one login."""

PROPERTY_OF_KIND: Mapping[Kind, str] = {"id": "user_id", "login": "account_login"}

_REPLACED = frozenset(
    {"account_login", "account_created", "account_expires", "account_first_login"}
    | {"account_last_login", "can_escalate_privs", "credential", "credential_last_changed"}
    | {"display_name", "is_privileged", "is_service_account", "user_id"}
)
_PLATFORM = re.compile(r"[a-z0-9][a-z0-9._-]{0,249}", re.ASCII)
_SHOWN = ("display_name", "credential")
_KEPT = ("is_disabled", "object_marking_refs")
_LEFT_OUT_EXTENSIONS = frozenset({SOCIAL, "unix-account-ext"})
_KNOWN_EXTENSIONS = _LEFT_OUT_EXTENSIONS | OPENCTI_EXTENSIONS | ALLOWED_EXTENSIONS
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


def normalize_login(account_type: str, login: str) -> str:
    """Return the form of a login on which those who write it differently agree.

    >>> normalize_login("twitter", " @Jack "), normalize_login("youtube", "@Jack")
    ('jack', 'Jack')
    """
    bare = unicodedata.normalize("NFKC", login.strip().removeprefix("@").strip())
    return bare.casefold() if account_type in CASE_INSENSITIVE else bare


def token(key: PseudonymKey, account_type: str, kind: Kind, value: str) -> str:
    """Return the pseudonym's 64 hexadecimal digits; ``value`` as the platform writes it.

    Raises:
        ValueError: The value is empty or holds a control or invisible character.

    >>> token(PseudonymKey("k-2020", bytes(range(32))), "twitter", "login", "@Jack")[:16]
    '0120a07ebe03fc6f'
    """
    problem = _problem_of(kind, value)
    if problem is not None:
        raise ValueError(f"The value {problem}")
    hashed = normalize_login(account_type, value) if kind == "login" else value
    return key.hmac(f"clearinghouse/account/2\n{account_type}\n{kind}\n{hashed}").hex()


def pseudonym(key: PseudonymKey, account_type: str, kind: Kind, value: str) -> str:
    """Return the ``user_id`` of the pseudonymous account; errors as ``token``."""
    return f"pseudonym:{key.key_id}:{kind}:{token(key, account_type, kind, value)}"


def is_pseudonymous(account: Stix) -> bool:
    """Return whether a user-account says that it is pseudonymous already."""
    extensions = account.get("extensions")
    return isinstance(extensions, Mapping) and PSEUDONYMOUS in extensions


def pseudonymous_accounts(raw: Stix, key: PseudonymKey) -> list[dict[str, Any]]:
    """Return what replaces a raw account: one known by id, one by login, or both, in this order.

    The first of them takes the place of the raw one wherever it is named.

    Args:
        raw: A user-account in which ``account_problems`` found nothing.
        key: The circle's.

    >>> raw = {"type": "user-account", "account_type": "twitter", "account_login": "jack"}
    >>> (made,) = pseudonymous_accounts(raw, PseudonymKey("k-2020", bytes(range(32))))
    >>> made["id"]
    'user-account--f2307a7a-05be-5044-ae1f-e10ee011c874'
    """
    kinds = [kind for kind, name in PROPERTY_OF_KIND.items() if name in raw]
    return [_pseudonymous_account(raw, key, kind) for kind in kinds]


def _pseudonymous_account(raw: Stix, key: PseudonymKey, kind: Kind) -> dict[str, Any]:
    source = PROPERTY_OF_KIND[kind]
    user_id = pseudonym(key, raw["account_type"], kind, raw[source])
    made_of = {"account_type": raw["account_type"], "user_id": user_id}
    account: dict[str, Any] = {"type": "user-account", "spec_version": "2.1"}
    account |= {"id": sco_id("user-account", made_of), **made_of}
    account |= {name: raw[name] for name in _KEPT if name in raw}
    extensions = raw.get("extensions", {})
    extension = {
        "extension_type": PROPERTY_EXTENSION,
        "scheme": "hmac-sha256",
        "key_id": key.key_id,
        "kind": kind,
        "attributes": attributes_of(raw),
    }
    account["extensions"] = {PSEUDONYMOUS: extension}
    if SHARING in extensions:
        account["extensions"][SHARING] = extensions[SHARING]
    granular = _granular_markings(raw, account, source)
    if granular:
        account["granular_markings"] = granular
    return account


def attributes_of(raw: Stix) -> list[str]:
    """Return which of STIX's properties of a raw account were replaced or are left out."""
    names = _REPLACED & raw.keys()
    if _LEFT_OUT_EXTENSIONS & raw.get("extensions", {}).keys():
        names |= {"extensions"}
    return sorted(names)


def left_out(raw: Stix) -> list[str]:
    """Return every property of a raw account that does not come back, foreign ones included."""
    extensions = _LEFT_OUT_EXTENSIONS & raw.get("extensions", {}).keys()
    return sorted(raw.keys() - ALLOWED) + sorted(extensions)


def _granular_markings(raw: Stix, account: Stix, source: str) -> list[dict[str, Any]]:
    """Return the markings of single properties: what marked the source marks the pseudonym."""
    kept = []
    for marking in raw.get("granular_markings", ()):
        there = [
            selector
            for selector in marking["selectors"]
            if selector != "user_id" and selects(account, selector)
        ]
        if source in marking["selectors"]:
            there.append("user_id")
        if there:
            kept.append({**marking, "selectors": there})
    return kept


def selects(value: Any, selector: str) -> bool:
    """Return whether a granular marking's selector finds something (STIX 2.1 section 7.2.3.1)."""
    for step in selector.split("."):
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and re.fullmatch(r"\[\d{1,9}\]", step, re.ASCII):
            if int(step[1:-1]) >= len(value):
                return False
            value = value[int(step[1:-1])]
        else:
            return False
    return True


def account_problems(account: Stix) -> Iterator[Problem]:
    """Yield what keeps a raw account from being replaced."""
    if not is_identifier(account.get("id")) or not account["id"].startswith("user-account--"):
        yield _error("/id", "id", "The id must be user-account-- and a UUID; correct it.")
    yield from _account_type_problems(account)
    present = {kind: name for kind, name in PROPERTY_OF_KIND.items() if name in account}
    if not present:
        message = "There is neither user_id nor account_login; add one, or leave the account out."
        yield _error("", "no-identifier", message)
    for kind, name in present.items():
        problem = _problem_of(kind, account[name])
        if problem is not None:
            yield _error(f"/{name}", "identifier", f"{name} {problem}")
        elif USER_ID.fullmatch(account[name].strip()):
            message = f"{name} is a pseudonym without its extension; restore the extension."
            yield _error(f"/{name}", "lost-extension", message)
    for name in _SHOWN:
        if not isinstance(account.get(name, ""), str):
            yield _error(f"/{name}", "identifier", f"{name} must be text; correct it.")
    yield from _extension_problems(account)
    refs = account.get("object_marking_refs", [])
    if not isinstance(refs, list) or not all(isinstance(ref, str) for ref in refs):
        message = "object_marking_refs must be a list of ids; correct it."
        yield _error("/object_marking_refs", "malformed", message)
    if not has_usable_markings(account):
        message = "Each granular marking needs its list of selectors; correct them."
        yield _error("/granular_markings", "malformed", message)


def keyed_id(key: PseudonymKey, stix_type: str, *made_of: str) -> str:
    """Return an id that is the same for the same input, and that only key holders can guess."""
    digest = key.hmac("\n".join(("clearinghouse/object/2", stix_type, *made_of)))
    return f"{stix_type}--{uuid.UUID(bytes=digest[:16], version=4)}"


def _account_type_problems(account: Stix) -> Iterator[Problem]:
    """Yield what is wrong with the platform; platform-ov is open, so a new one only warns later."""
    given = account.get("account_type")
    if given in PLATFORMS or (isinstance(given, str) and _PLATFORM.fullmatch(given)):
        return
    written = given.strip().lower() if isinstance(given, str) else ""
    message = f"account_type must be a platform in small letters: {', '.join(PLATFORMS)}."
    if given is None:
        message = f"account_type is missing; add the platform: {', '.join(PLATFORMS)}."
    elif _PLATFORM.fullmatch(written):
        message = f'Write "{written}": members only meet on one spelling.'
    yield _error("/account_type", "account-type", message)


def _extension_problems(account: Stix) -> Iterator[Problem]:
    extensions = account.get("extensions", {})
    if not isinstance(extensions, Mapping):
        yield _error("/extensions", "malformed", "extensions must be an object; correct it.")
        return
    for name in sorted(extensions.keys() - _KNOWN_EXTENSIONS):
        message = "What this extension says of the account is unknown here; remove it."
        yield _error(f"/extensions/{name}", "unknown-extension", message)
    for name in sorted(extensions.keys() & _KNOWN_EXTENSIONS):
        if not isinstance(extensions[name], Mapping):
            message = "An extension must be an object; correct it."
            yield _error(f"/extensions/{name}", "malformed", message)


def has_usable_markings(obj: Stix) -> bool:
    """Return whether the granular markings, if any, have the shape that they must have."""
    markings = obj.get("granular_markings", [])
    return isinstance(markings, list) and all(
        isinstance(marking, Mapping)
        and isinstance(marking.get("selectors"), list)
        and all(isinstance(selector, str) for selector in marking["selectors"])
        for marking in markings
    )


def _problem_of(kind: Kind, value: object) -> str | None:
    """Return what keeps a value from being hashed, as the end of a sentence."""
    if not isinstance(value, str):
        return "must be text; write it between quotes."
    if any(unicodedata.category(character) in _REFUSED_CATEGORIES for character in value):
        return "holds a control character or half of a surrogate pair; remove it."
    for character in filter(is_invisible, value):
        return (
            f"holds an invisible character (U+{ord(character):04X}), with which others do not"
            " write it; remove it."
        )
    if not (value.strip() if kind == "id" else normalize_login("", value)):
        return "is empty; remove it."
    return None


def _error(pointer: str, rule: str, message: str) -> Problem:
    return Problem(pointer, rule, "error", message)
