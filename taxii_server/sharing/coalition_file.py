"""``coalition.toml`` read into a ``Coalition`` (design section 6).

Every problem is reported at once, with its place: ``[[member]] facebook: kind: …``.
An unknown key, member or group is a problem, because a misspelt name in a policy
would otherwise silently release nothing, or withhold nothing.

Groups are resolved to members here; rules and collections know members only. Ids
that the file does not configure stay ``""``: the store fixes them, once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from stix_models.extensions import SET_IDENTITY
from taxii_server.errors import ConfigError
from taxii_server.sharing.coalition import (
    BUILT_IN_GROUPS,
    STIX_2_0,
    STIX_2_1,
    Coalition,
    Collection,
    CollectionKind,
    Member,
    MemberKind,
    Policy,
    Rule,
    Tlp,
)
from taxii_server.toml_tables import Check, Problems, Table, find_table, find_tables, read_toml

DEFAULT_API_ROOT = "coalition"

MARKINGS = {"white": Tlp.CLEAR} | {level.label: level for level in Tlp}
"""TLP levels by the names that the file uses."""

KEYS = {
    "coalition": frozenset({"name", "api_root", "identity"}),
    "member": frozenset({"name", "kind", "title", "identities", "default_marking"}),
    "release": frozenset({"name", "from", "to", "types", "up_to"}),
    "withhold": frozenset({"name", "from", "to", "types", "unless"}),
    "collection": frozenset(
        {"alias", "title", "readers", "writers", "visible_to", "root", "id", "media_types"}
    ),
}
"""Every key by section; ``[groups]`` has no keys of its own, only names."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_URL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}", re.ASCII)
_IDENTITY = re.compile(r"identity--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_TYPE = re.compile(r"[a-z][a-z0-9-]{1,248}[a-z0-9]", re.ASCII)
_OWN_PATHS = frozenset({"healthz", "readyz", "metrics", "schemas", "openapi.json"})
_TAXII_WORDS = frozenset({"collections", "status", "channels"})

Groups = Mapping[str, frozenset[str]]
"""Members by the name of a member or group, built-in groups included."""


def load_coalition(path: Path) -> Coalition:
    """Read and check ``coalition.toml``.

    Raises:
        ConfigError: The file cannot be used; one line per problem.
    """
    return parse_coalition(read_toml(path), source=path)


def parse_coalition(document: Mapping[str, Any], *, source: object) -> Coalition:
    """Return the coalition that a parsed ``coalition.toml`` describes.

    Args:
        document: As TOML gives it. Untrusted.
        source: The file's name in messages.

    Raises:
        ConfigError: One line per problem.
    """
    problems = Problems()
    for name in document:
        if name not in KEYS and name != "groups":
            problems.add(f"[{name}]", "unknown section")
    head = find_table(document, "coalition", problems)
    head.refuse_unknown(KEYS["coalition"])
    title = head.text("name")
    api_root = _read_root(head, "api_root", DEFAULT_API_ROOT)
    if not api_root:
        head.problem("api_root", "must not be /, which only group collections may use")
    identity = head.text("identity", _identity_problem, default="")

    members = _read_members(document, problems)
    _refuse_shared_identities(identity, members, problems)
    groups = _read_groups(document, members, problems)
    policy = _read_policy(document, groups, members, problems)
    collections = _collections_of_members(members, api_root)
    collections += _read_collections(document, groups, api_root, problems)
    _refuse_clashes(collections, problems)
    if problems.found:
        raise ConfigError(source, problems.found)
    return Coalition(
        title=title,
        api_root=api_root,
        members=tuple(members),
        policy=policy,
        collections=tuple(collections),
        identity=identity,
        groups=tuple(groups.items()),
    )


def _read_members(document: Mapping[str, Any], problems: Problems) -> list[Member]:
    members: list[Member] = []
    tables = find_tables(document, "member", "name", problems)
    if not tables:
        problems.add("[[member]]", "a coalition needs at least one member")
    for table in tables:
        table.refuse_unknown(KEYS["member"])
        name = table.text("name", _member_name_problem)
        kind = table.text("kind", _one_of("company", "agency"))
        identities = table.texts("identities")
        for identity in identities:
            wrong = _identity_problem(identity)
            if wrong is not None:
                table.problem("identities", f"{identity!r} {wrong}")
        marking = table.text("default_marking", _one_of(*MARKINGS), default="amber")
        member = Member(
            name=name,
            kind=MemberKind(kind or "company"),
            title=table.text("title", default=name or "-"),
            identities=identities,
            default_marking=MARKINGS.get(marking, Tlp.AMBER),
        )
        if any(name == other.name for other in members):
            table.problem("name", "is the name of another member too")
        elif name:
            members.append(member)
    return members


def _refuse_shared_identities(identity: str, members: Iterable[Member], problems: Problems) -> None:
    """An identity id has one owner, for ever (INV-AUTHOR)."""
    owners = {identity: "the coalition"} if identity else {}
    for member in members:
        for own in member.identities:
            if own in owners:
                where = f"[[member]] {member.name}: identities"
                problems.add(where, f"{own} belongs to {owners[own]} already")
            owners[own] = member.name


def _read_groups(
    document: Mapping[str, Any], members: Iterable[Member], problems: Problems
) -> Groups:
    members = list(members)
    groups = {m.name: frozenset({m.name}) for m in members if m.name}
    taken = set(groups)
    groups["members"] = frozenset(taken)
    for group, kind in (("companies", MemberKind.COMPANY), ("agencies", MemberKind.AGENCY)):
        groups[group] = frozenset(m.name for m in members if m.kind is kind and m.name)
    known = dict(groups)
    table = find_table(document, "groups", problems)
    for name in table.values:
        if name in BUILT_IN_GROUPS:
            table.problem(name, "is the name of a built-in group")
        elif name in taken:
            table.problem(name, "is the name of a member too")
        elif not _NAME.fullmatch(name):
            table.problem(name, "must be lower-case letters, digits and hyphens")
        groups.setdefault(name, _resolve(table, name, known))
    return groups


def _read_policy(
    document: Mapping[str, Any], groups: Groups, members: Iterable[Member], problems: Problems
) -> Policy:
    taken: set[str] = set()
    releases = []
    for table in find_tables(document, "release", "name", problems):
        table.refuse_unknown(KEYS["release"])
        up_to = table.text("up_to", _one_of(*MARKINGS), default="amber")
        rule = _read_rule(table, groups, taken)
        releases.append(rule | {"up_to": MARKINGS.get(up_to, Tlp.AMBER)})
    withholds = []
    for table in find_tables(document, "withhold", "name", problems):
        table.refuse_unknown(KEYS["withhold"])
        unless = table.text("unless", _one_of("", "pseudonymous"), default="")
        withholds.append(_read_rule(table, groups, taken) | {"unless": unless or None})
    return Policy(
        version=_digest(releases, withholds, groups, members),
        releases=tuple(Rule(**rule) for rule in releases),
        withholds=tuple(Rule(**rule) for rule in withholds),
    )


def _read_rule(table: Table, groups: Groups, taken: set[str]) -> dict[str, Any]:
    """Return what release and withhold rules have in common; names are unique over both."""
    name = table.text("name", _rule_name_problem)
    if name in taken:
        table.problem("name", "is the name of another rule too")
    taken.add(name or table.where)
    types = table.texts("types", required=True)
    for stix_type in types:
        if stix_type != "*" and ("--" in stix_type or not _TYPE.fullmatch(stix_type)):
            table.problem("types", f'{stix_type!r} is neither a STIX type name nor "*"')
    return {
        "name": name,
        "from_members": _resolve(table, "from", groups, required=True),
        "to_members": _resolve(table, "to", groups, required=True),
        "types": frozenset(types),
    }


def _digest(
    releases: Iterable[Mapping[str, Any]],
    withholds: Iterable[Mapping[str, Any]],
    groups: Groups,
    members: Iterable[Member],
) -> str:
    """Return the policy's version: what it says decides, not how the file is laid out."""
    content = {
        "groups": {name: sorted(resolved) for name, resolved in groups.items()},
        "members": sorted([m.name, m.kind.value, m.default_marking.label] for m in members),
        "releases": [_plain(rule) for rule in releases],
        "withholds": [_plain(rule) for rule in withholds],
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: sorted(value) if isinstance(value, frozenset) else value for key, value in rule.items()
    }


def _collections_of_members(members: Iterable[Member], api_root: str) -> list[Collection]:
    """Return the submissions and the feed of every member (design section 2)."""
    made = []
    for member in members:
        own = frozenset({member.name})
        submissions = Collection(
            id="",
            alias=f"from-{member.name}",
            title=f"From {member.title}",
            kind=CollectionKind.SUBMISSIONS,
            root=api_root,
            member=member.name,
            readers=own,
            writers=own,
        )
        feed = Collection(
            id="",
            alias=f"for-{member.name}",
            title=f"For {member.title}",
            kind=CollectionKind.FEED,
            root=api_root,
            member=member.name,
            readers=own,
        )
        made += [submissions, feed]
    return made


def _read_collections(
    document: Mapping[str, Any], groups: Groups, api_root: str, problems: Problems
) -> list[Collection]:
    found = []
    for table in find_tables(document, "collection", "alias", problems):
        table.refuse_unknown(KEYS["collection"])
        collection = Collection(
            id=table.text("id", _url_name_problem, default=""),
            alias=table.text("alias", _url_name_problem),
            title=table.text("title"),
            kind=CollectionKind.GROUP,
            root=_read_root(table, "root", api_root),
            readers=_resolve(table, "readers", groups),
            writers=_resolve(table, "writers", groups),
            visible_to=_resolve(table, "visible_to", groups),
            media_types=_read_media_types(table),
        )
        found.append(collection)
    return found


def _read_root(table: Table, key: str, default: str) -> str:
    """Return an API Root's path without slashes at its ends; ``""`` is the host's root."""
    root = table.values.get(key, default)
    if isinstance(root, str) and not root.strip("/"):
        return ""
    return table.text(key, _root_problem, default=default).strip("/") or default


def _read_media_types(table: Table) -> tuple[str, ...]:
    if "media_types" not in table.values:
        return (STIX_2_1,)
    sent = table.texts("media_types", required=True)
    media_types = tuple(media_type.replace(" ", "") for media_type in sent)
    for media_type in media_types:
        if media_type not in {STIX_2_0, STIX_2_1}:
            known = f"neither {STIX_2_1} nor {STIX_2_0}"
            table.problem("media_types", f"{media_type!r} is {known}")
    return media_types


def _refuse_clashes(collections: Iterable[Collection], problems: Problems) -> None:
    """Ids are unique everywhere; aliases and titles in their API Root (T-COL-07, Q-21)."""
    collections = list(collections)
    ids: set[str] = {"library"}  # the store's own log
    aliases: set[tuple[str, str]] = set()
    titles: set[tuple[str, str]] = set()
    for collection in collections:
        where = _place(collection)
        root, alias, title = collection.root, collection.alias, collection.title
        if collection.id and collection.id.lower() in ids:
            problems.add(f"{where}: id", f"{collection.id} is taken already")
        if alias and (root, alias) in aliases:
            problems.add(f"{where}: alias", f"{alias!r} is the alias of another collection too")
        if title and (root, title) in titles:
            problems.add(
                f"{where}: title",
                f"{title!r} is the title of another collection too, and some clients select by it",
            )
        ids.add(collection.id.lower())
        aliases.add((root, alias))
        titles.add((root, title))
    for collection in collections:
        for other in collections:
            same_root = other is not collection and other.root == collection.root
            if same_root and collection.alias and collection.alias == other.id:
                where = f"{_place(collection)}: alias"
                problems.add(where, f"{collection.alias!r} is the id of another collection")


def _place(collection: Collection) -> str:
    if collection.kind is CollectionKind.GROUP:
        return f"[[collection]] {collection.alias or '(no alias)'}"
    return f"[[member]] {collection.member}: {collection.kind.value}"


def _resolve(table: Table, key: str, groups: Groups, *, required: bool = False) -> frozenset[str]:
    resolved: set[str] = set()
    for name in table.texts(key, required=required):
        if name in groups:
            resolved |= groups[name]
        else:
            table.problem(key, f"{name!r} is neither a member nor a group")
    return frozenset(resolved)


def _one_of(*allowed: str) -> Check:
    listed = ", ".join(word for word in allowed if word)

    def check(value: str) -> str | None:
        return None if value in allowed else f"must be one of {listed}, is {value!r}"

    return check


def _member_name_problem(name: str) -> str | None:
    if name in BUILT_IN_GROUPS:
        return "is the name of a built-in group"
    if _NAME.fullmatch(name) is None:
        return "must be lower-case letters, digits and hyphens, at most 63"
    return None


def _rule_name_problem(name: str) -> str | None:
    return "must not begin with builtin:" if name.startswith("builtin:") else None


def _identity_problem(identity: str) -> str | None:
    if identity == SET_IDENTITY:
        return "is the extension set's own identity, which signs its definitions"
    if not identity or _IDENTITY.fullmatch(identity):
        return None
    return "must be identity-- and a UUID in lower case"


def _url_name_problem(name: str) -> str | None:
    if not name or _URL_NAME.fullmatch(name):
        return None
    return (
        "must be at most 128 letters, digits and . _ ~ - and begin with a letter or digit, "
        f"because it stands in URLs, is {name!r}"
    )


def _root_problem(root: str) -> str | None:
    """Return what is wrong with the path of an API Root, slashes at its ends apart."""
    segments = root.strip("/").split("/")
    if not all(_URL_NAME.fullmatch(segment) for segment in segments):
        return f"must be a path of letters, digits and . _ ~ - between slashes, is {root!r}"
    if segments == ["taxii2"] or segments[0] in _OWN_PATHS:
        return f"{root!r} is a path of the server itself"
    clash = sorted(_TAXII_WORDS.intersection(segments))
    if clash:
        return f"must not contain {clash[0]!r}, which TAXII uses below an API Root"
    return None
