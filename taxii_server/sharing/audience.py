"""For whom an object says that it is: the audience of its sharing extension."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stix_models.describing import pointer_to, shown
from stix_models.problems import Problem
from taxii_server.sharing.coalition import Coalition
from taxii_server.sharing.policy import SHARING_EXTENSION


def audience_problems(content: Mapping[str, Any], coalition: Coalition) -> Iterator[Problem]:
    """Yield an error for each audience entry that is no member and no group.

    A misspelt name would hide the object from whom it was meant for. Names of
    members and groups are known to all members.
    """
    extensions = content.get("extensions")
    extension = extensions.get(SHARING_EXTENSION) if isinstance(extensions, dict) else None
    audience = extension.get("audience") if isinstance(extension, dict) else None
    if audience is None:
        return
    known = {name for name, _ in coalition.groups}
    for place, name in enumerate(audience if isinstance(audience, list) else [audience]):
        if not isinstance(name, str) or name not in known:
            pointer = pointer_to(["extensions", SHARING_EXTENSION, "audience", place])
            message = f"{shown(name)} is no member and no group of this coalition; correct it."
            yield Problem(pointer, "unknown-audience", "error", message)
