"""The composition root: settings, coalition and store become the services of one process.

Ids that nobody configured are fixed in the store, once, so that every worker on
every host answers to the same collections and signs with the same key.
"""

from __future__ import annotations

import secrets
import shlex
import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from taxii_server.access.authentication import Authenticator
from taxii_server.clock import Clock, now_us
from taxii_server.errors import ConfigError, StorageUnavailableError
from taxii_server.services.context import ServiceLimits, Services
from taxii_server.settings import Settings, listener, load_settings, packaged_config, store_folder
from taxii_server.sharing.coalition import Coalition, Collection, CollectionKind, Member
from taxii_server.sharing.coalition_file import load_coalition
from taxii_server.sharing.library import NothingToSupply, SupplyPlanner
from taxii_server.storage.protocol import LIBRARY, Batch, BatchKind, Store
from taxii_server.storage.sqlite import create_store, open_store, upgrade_store
from taxii_server.storage.sqlite.in_use import is_in_use

SERVER_FILE = "server.toml"
COALITION_FILE = "coalition.toml"
REFERENCE_FILE = "reference.toml"  # for people; no program reads it

_IDENTITY = "identity:"  # in front of a member's name, among the fixed ids
_RESERVED = "reserved:"  # in front of an identity id, among the fixed ids


Fix = Callable[[str, str], str]
"""Returns the id that is fixed under a name, given the one that is proposed for it."""


@dataclass(frozen=True, slots=True)
class OpenServer:
    """Everything that one process serves with."""

    services: Services
    settings: Settings
    authenticator: Authenticator
    data: Path


def init_data(data: Path, coalition_file: Path | None = None, *, clock: Clock = now_us) -> None:
    """Make a data folder: the files, the store, all ids, the head of every feed.

    Raises:
        ConfigError: The folder is used already, or the coalition file is wrong;
            then nothing is left behind.
    """
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise ConfigError(data, ["is not empty; choose a new folder"])
    source = coalition_file or packaged_config() / COALITION_FILE
    coalition = load_coalition(source)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (SERVER_FILE, REFERENCE_FILE):
        shutil.copyfile(packaged_config() / name, data / name)
    shutil.copyfile(source, data / COALITION_FILE)
    store = create_store(data, clock)
    try:
        _supply(fix_ids(coalition, store, data / COALITION_FILE), store, clock)
    finally:
        store.close()


def open_services(
    data: Path,
    *,
    clock: Clock = now_us,
    settings: Settings | None = None,
    coalition_file: Path | None = None,
    only_look: bool = False,
) -> OpenServer:
    """Open a data folder for one process.

    Args:
        data: The folder that ``init_data`` made.
        clock: Returns now in microseconds.
        settings: Instead of the folder's ``server.toml`` (``serve`` has overrides).
        coalition_file: Instead of the folder's ``coalition.toml`` (workers of ``serve``
            read it as it was at start).
        only_look: Fix no ids and write nothing; what would be made is random then.

    Raises:
        ConfigError: A file or the store cannot be used; all problems are named.
    """
    if settings is None:
        require_data_folder(data)
        settings = load_settings(data / SERVER_FILE)
    source = coalition_file or data / COALITION_FILE
    coalition = load_coalition(source)
    folder = store_folder(settings, data)
    try:
        store = open_store(folder, clock)
    except StorageUnavailableError as exc:
        raise ConfigError(folder, [str(exc)]) from exc
    fix = _proposed if only_look else store.fix_id
    try:
        coalition = fix_ids(coalition, store, source, fix=fix)
        if not only_look:
            _supply(coalition, store, clock)
        key = fix("key:page-token", secrets.token_hex(32))
    except ConfigError:
        store.close()
        raise
    except StorageUnavailableError as exc:
        store.close()
        raise ConfigError(folder, [str(exc)]) from exc
    services = Services(
        coalition=coalition,
        store=store,
        limits=_limits(settings),
        base_url=listener(settings).base_url,
        page_token_key=bytes.fromhex(key),
        clock=clock,
        new_id=lambda: str(uuid.uuid4()),
    )
    return OpenServer(services, settings, Authenticator(store, clock), data)


def upgrade_data(data: Path, *, clock: Clock = now_us) -> tuple[int, int]:
    """Bring the store to this version's schema; return the versions before and after."""
    require_data_folder(data)
    return upgrade_store(store_folder(load_settings(data / SERVER_FILE), data), clock)


def require_data_folder(data: Path) -> None:
    """Return if this is a folder that ``init_data`` made, whatever state it is in.

    Raises:
        ConfigError: It has neither of the files.
    """
    if not ((data / SERVER_FILE).is_file() or (data / COALITION_FILE).is_file()):
        command = f"clearinghouse init --data {shlex.quote(str(data))}"
        raise ConfigError(data, [f"is not a data folder; make one with {command}"])


def require_stopped(data: Path) -> None:
    """Return if no server, and no other command, uses the data folder.

    Raises:
        ConfigError: One does, or there is no store.
    """
    require_data_folder(data)
    if is_in_use(store_folder(load_settings(data / SERVER_FILE), data)):
        raise ConfigError(data, ["is in use by a running server; stop it and try again"])


def former_members(opened: OpenServer) -> list[str]:
    """Return the names of members that were in this coalition before and are not in the file."""
    fixed = opened.services.store.fixed_ids()
    names = {name.removeprefix(_IDENTITY) for name in fixed if name.startswith(_IDENTITY)}
    return sorted(names - opened.services.coalition.names - {""})


def fix_ids(
    coalition: Coalition, store: Store, source: Path, *, fix: Fix | None = None
) -> Coalition:
    """Return the coalition with every id filled in, fixed for ever by the store.

    Args:
        coalition: As the file describes it.
        store: Knows the ids that are fixed.
        source: The file's name in messages.
        fix: Instead of the store's own way to fix an id.

    Raises:
        ConfigError: The file configures an id other than the fixed one.
    """
    fixing = _Fixing(store, fix or store.fix_id)
    identity = fixing.fix(
        _IDENTITY, coalition.identity, prefix="identity--", where="[coalition] identity"
    )
    members = tuple(_fix_member(member, fixing) for member in coalition.members)
    collections = tuple(
        replace(c, id=fixing.fix(_collection_name(c), c.id, where=f"[[collection]] {c.alias}: id"))
        for c in coalition.collections
    )
    for member in members:
        for each in member.identities:
            fixing.reserve(each, member.name)
    if fixing.problems:
        raise ConfigError(source, fixing.problems)
    return replace(
        coalition,
        identity=identity,
        members=members,
        collections=collections,
        ever_reserved=fixing.ever_reserved(),
    )


class _Fixing:
    """Proposes ids to the store and remembers where the file disagrees with it."""

    def __init__(self, store: Store, fix: Fix) -> None:
        self._store = store
        self._fix = fix
        self._fixed: Mapping[str, str] = store.fixed_ids()
        self.problems: list[str] = []

    def fix(self, name: str, configured: str, *, where: str, prefix: str = "") -> str:
        proposed = configured or f"{prefix}{uuid.uuid4()}"
        fixed = self._fixed.get(name) or self._fix(name, proposed)
        if configured and configured != fixed:
            self.problems.append(
                f"{where}: is fixed as {fixed} in the store, for ever; the file says {configured}"
            )
        return fixed

    def reserve(self, identity: str, member: str) -> None:
        """Keep an identity for its member, also when the file no longer names it."""
        owner = self._fixed.get(f"{_RESERVED}{identity}") or self._fix(
            f"{_RESERVED}{identity}", member
        )
        if owner != member:
            self.problems.append(
                f"[[member]] {member}: identities: {identity} was {owner}'s and stays reserved"
            )

    def ever_reserved(self) -> tuple[tuple[str, str], ...]:
        """Return every identity that was ever a member's, and whose."""
        return tuple(
            (name.removeprefix(_RESERVED), member)
            for name, member in self._store.fixed_ids().items()
            if name.startswith(_RESERVED)
        )


def _fix_member(member: Member, fixing: _Fixing) -> Member:
    own = member.identities[0] if member.identities else ""
    where = f"[[member]] {member.name}: identities"
    fixed = fixing.fix(f"{_IDENTITY}{member.name}", own, prefix="identity--", where=where)
    return replace(member, identities=(fixed, *member.identities[1:]))


def _collection_name(collection: Collection) -> str:
    if collection.kind is CollectionKind.GROUP:
        return f"collection:{collection.root}:{collection.alias}"
    return f"{collection.kind}:{collection.member}"


def _proposed(_name: str, proposed: str) -> str:
    return proposed


def _supply(coalition: Coalition, store: Store, clock: Clock) -> None:
    batch = Batch(BatchKind.SUPPLY, LIBRARY, "", clock())
    try:
        store.commit(batch, SupplyPlanner(coalition, clock()))
    except NothingToSupply:
        return


def _limits(settings: Settings) -> ServiceLimits:
    taxii, sharing = settings.taxii, settings.sharing
    return ServiceLimits(
        max_page_size=taxii.max_page_size,
        max_page_bytes=taxii.max_page_bytes,
        max_content_length=taxii.max_content_length,
        status_retention_us=taxii.status_retention_hours * 3_600_000_000,
        status_names_recipients=sharing.status_names_recipients,
        accept_shared_ids=sharing.shared_ids == "accept",
        accept_undeclared_types=sharing.accept_undeclared_types,
    )
