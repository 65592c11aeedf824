"""What a pseudonymous account may hold: section 3 of the object model.

No message repeats what stands where a pseudonym should: it may be the raw identifier.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from stix_models.describing import pointer_to, shown
from stix_models.deterministic import SCO_NAMESPACE, sco_id
from stix_models.extensions import EXTENSION_OF_ID, EXTENSION_OF_NAME
from stix_models.identifiers import is_identifier
from stix_models.problems import Problem

PSEUDONYMOUS = EXTENSION_OF_NAME["pseudonymous-account"].id

ALLOWED = frozenset(
    {
        *("type", "spec_version", "id", "account_type", "user_id", "is_disabled"),
        *("object_marking_refs", "granular_markings", "extensions"),
    }
)
"""The properties that an account may have beside its pseudonym."""

ALLOWED_EXTENSIONS = frozenset({PSEUDONYMOUS, EXTENSION_OF_NAME["sharing"].id})
"""The extensions that it may have."""

USER_ID = re.compile("pseudonym:([a-z0-9-]{3,32}):(id|login):([0-9a-f]{64})")
"""What ``user_id`` is then, whole: the key's id, what was hashed, and the token."""

_NAMESPACE = SCO_NAMESPACE.bytes


def pseudonym_rules(obj: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with a user-account that has the *pseudonymous-account* extension."""
    for name in obj:
        if name not in ALLOWED:
            message = "Beside a pseudonym an account must not have this property; leave it out."
            yield Problem(pointer_to([name]), "pseudonym", "error", message)
    for key in obj["extensions"]:
        if key not in ALLOWED_EXTENSIONS:
            yield _extension_problem(key)
    wrong = [*_type_rules(obj), *_user_id_rules(obj)]
    yield from wrong or _id_rules(obj)


def meeting_id(obj: Mapping[str, Any]) -> str | None:
    """Return the id on which two holders of a key meet, or ``None`` if the account has none."""
    account_type, user_id = obj.get("account_type"), obj.get("user_id")
    if not isinstance(account_type, str) or not isinstance(user_id, str):
        return None
    return sco_id("user-account", {"account_type": account_type, "user_id": user_id})


def quick_meeting_id(account_type: str, user_id: str) -> str:
    """Return ``meeting_id`` at a fifth of its time, of texts that JSON writes without escapes."""
    text = f'{{"account_type":"{account_type}","user_id":"{user_id}"}}'
    digits = hashlib.sha1(_NAMESPACE + text.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return (
        f"user-account--{digits[:8]}-{digits[8:12]}-5{digits[13:16]}"
        f"-{variant}{digits[17:20]}-{digits[20:32]}"
    )


def _extension_problem(key: str) -> Problem:
    pointer = pointer_to(["extensions", key])
    extension = EXTENSION_OF_ID.get(key)
    name = "this extension" if extension is None else extension.name
    message = f"Beside a pseudonym an account must not have {name}; leave it out."
    return Problem(pointer, "pseudonym", "error", message)


def _type_rules(obj: Mapping[str, Any]) -> Iterator[Problem]:
    account_type = obj.get("account_type")
    if account_type is None:
        message = "account_type is missing; name the platform, such as twitter."
        yield Problem("/account_type", "required", "error", message)
    elif isinstance(account_type, str) and account_type != account_type.lower():
        message = "account_type must be in small letters, such as twitter; it makes the id."
        yield Problem("/account_type", "pseudonym", "error", message)


def _user_id_rules(obj: Mapping[str, Any]) -> Iterator[Problem]:
    user_id, declared = obj.get("user_id"), obj["extensions"][PSEUDONYMOUS]
    found = USER_ID.fullmatch(user_id) if isinstance(user_id, str) else None
    if found is None:
        message = (
            "user_id must be the pseudonym, pseudonym:<key_id>:<id or login>:<64 hexadecimal"
            " digits>; clearinghouse pseudonymize makes it."
        )
        yield Problem("/user_id", "pseudonym", "error", message)
        return
    for name, written in (("key_id", found[1]), ("kind", found[2])):
        said = declared.get(name) if isinstance(declared, dict) else None
        if isinstance(said, str) and said != written:
            pointer = pointer_to(["extensions", PSEUDONYMOUS, name])
            message = f"{name} is {shown(said)} here but {shown(written)} in user_id; correct one."
            yield Problem(pointer, "pseudonym", "error", message)


def _id_rules(obj: Mapping[str, Any]) -> Iterator[Problem]:
    """An id made from other values can be tried out without the key: one from a name is refused.

    That it is not the deterministic one at all is a SHOULD (section 2.9), and warned of.
    """
    stix_id, wanted = obj.get("id"), meeting_id(obj)
    if wanted is None or not is_identifier(stix_id) or str(stix_id).lower() == wanted:
        return
    if uuid.UUID(str(stix_id)[-36:]).version != 4:
        message = (
            "The id may have been made from the raw account, which it would give away; it must"
            f" be {wanted}, made from account_type and user_id."
        )
        yield Problem("/id", "pseudonym", "error", message)
