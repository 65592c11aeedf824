"""The one place that says what a principal may see, read and write (design section 2).

Pure: values in, a yes or no out. ``require_*`` turn a no into the agreed failure,
404 for what must stay hidden and 403 for what is visible but not allowed (A-02).
"""

from __future__ import annotations

from taxii_server.access.principal import Principal, Role
from taxii_server.errors import ForbiddenError, NotFoundError
from taxii_server.sharing.coalition import Coalition, Collection, CollectionKind


def may_read(principal: Principal, collection: Collection) -> bool:
    """Return whether the principal may read the collection's content."""
    if principal.is_coalition_auditor:
        return True
    if principal.member is None or principal.member not in collection.readers:
        return False
    return bool(principal.roles & _READING_ROLES[collection.kind])


def may_write(principal: Principal, collection: Collection) -> bool:
    """Return whether the principal may add objects. A feed has no writers."""
    return (
        principal.member is not None
        and Role.PUBLISHER in principal.roles
        and principal.member in collection.writers
    )


def may_see(principal: Principal, collection: Collection) -> bool:
    """Return whether the collection exists at all for the principal."""
    if may_read(principal, collection) or may_write(principal, collection):
        return True
    return (
        principal.member is not None
        and principal.member in collection.visible_to
        and bool(principal.roles & _CONTENT_ROLES)
    )


def may_see_root(principal: Principal, coalition: Coalition, root: str) -> bool:
    """Return whether an API Root exists for the principal."""
    if root == coalition.api_root:
        return True
    return any(c.root == root and may_see(principal, c) for c in coalition.collections)


def may_read_status(principal: Principal, coalition: Coalition, member: str) -> bool:
    """Return whether the principal may read statuses of pushes by ``member`` (A-26)."""
    if principal.is_coalition_auditor:
        return True
    if principal.member != member or member not in coalition.names:
        return False  # somebody else, or a former member, who reads nothing
    return bool(principal.roles & {Role.PUBLISHER, Role.AUDITOR})


def require_readable(principal: Principal, collection: Collection) -> None:
    """Return if the principal may read. Raises ``ForbiddenError`` (403)."""
    if not may_read(principal, collection):
        raise ForbiddenError("You may not read this collection.")


def require_writable(principal: Principal, collection: Collection) -> None:
    """Return if the principal may write. Raises ``ForbiddenError`` (403)."""
    if not may_write(principal, collection):
        raise ForbiddenError("You may not add objects to this collection.")


def require_deletable(principal: Principal, collection: Collection) -> None:
    """Return if the principal may delete, by the table of TAXII 2.1 section 5.7.

    Raises:
        NotFoundError: Neither read nor write (404).
        ForbiddenError: Only one of the two (403).
    """
    readable = may_read(principal, collection)
    writable = may_write(principal, collection)
    if not readable and not writable:
        raise NotFoundError
    if not (readable and writable):
        raise ForbiddenError("You may not delete objects from this collection.")


_CONTENT_ROLES = frozenset({Role.PUBLISHER, Role.SUBSCRIBER, Role.AUDITOR})
_READING_ROLES = {
    CollectionKind.SUBMISSIONS: frozenset({Role.PUBLISHER, Role.AUDITOR}),
    CollectionKind.FEED: frozenset({Role.SUBSCRIBER, Role.AUDITOR}),
    CollectionKind.GROUP: _CONTENT_ROLES,
}
