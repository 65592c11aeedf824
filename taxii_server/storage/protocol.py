"""The contract every storage backend fulfils.

``tests/storage`` is the executable half of this contract: a backend is done when
that suite passes with its name added to ``BACKENDS``. Backends know collections
as logs of entries, lines, objects as text, and times. They know no HTTP, no
principals, no policy and no configuration files.

A commit spans several logs (submissions and up to every feed). It is a numbered
**batch**; what it does to which log is its **plan**, a pure value computed by the
caller's planner from what the store shows it. A backend may do all of it in one
transaction or store the plan first and execute it later: the contract promises
only that a batch whose status is ``complete`` is wholly there, durably, and that
entries become visible in each log in the order of ``seq`` and ``date_added``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar

from taxii_server.filters import ObjectFilter

SCHEMA_VERSION = 1

Seen = TypeVar("Seen")
"""What a look at the store returns."""


class LineKey(NamedTuple):
    """A line: the versions that one producer pushed to one collection under one id."""

    collection: str  # collection id; LIBRARY for what the server supplies
    producer: str  # member name; "" for the coalition
    stix_id: str


LIBRARY = "library"
"""The log of what the server supplies itself; never served, the source of every feed's head."""


SERVER = ""
"""The owner of what the server supplies, in the place of a member's name."""


class ObjectKey(NamedTuple):
    """One producer's text of one object content; equal content of two producers is two texts."""

    owner: str  # member name, or SERVER
    stix_id: str
    digest: bytes  # SHA-256 of the canonical JSON (RFC 8785)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An accepted object: its text as it came and what the server needs to know of it.

    ``version`` is the normalised instant of ``modified``, else ``created``, else
    ``None``; ``version_text`` is that property exactly as sent.
    """

    key: ObjectKey
    type: str
    spec_version: str  # "2.0" or "2.1"
    version: str | None
    version_text: str | None
    body: str  # JSON without insignificant white space, tokens as sent
    signed: bool = False  # created_by_ref is an identity of its owner
    statement: bool = False  # a marking-definition whose content is a statement


@dataclass(frozen=True, slots=True)
class Flags:
    """In which views an entry stands: each is one of five numbers.

    0 in no query · 1 in every query · 2 only where its own ``spec_version`` alone is
    asked for · 3 there and by default, not where both versions are asked for · 4 there
    and where both are asked for, not by default. 2 to 4 are for an id with versions of
    two STIX specifications: the default view prefers the later one (TAXII 2.1 section
    3.4.1), a query for both picks among all. A tombstone is all zero.
    """

    live: int = 1
    latest: int = 1
    first: int = 1


TOMBSTONE = Flags(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Support:
    """That a line stands behind an entry.

    ``rank`` orders the entries of one line: the version's instant, or for objects
    without a version ``b<batch>.<ordinal>`` (letters sort after digits), so that
    what was pushed later is newer.
    """

    line: LineKey
    rank: str
    live: bool = True


@dataclass(frozen=True, slots=True)
class EntryState:
    """One entry as a planner sees it, tombstones included."""

    collection: str
    seq: int
    date_added_us: int
    object: ObjectKey
    version: str | None  # of the object; None where it has none of its own
    spec_version: str
    signed: bool
    statement: bool
    rule: str
    policy_version: str
    flags: Flags
    supports: tuple[Support, ...]


@dataclass(frozen=True, slots=True)
class LineState:
    """A line and, after a withdrawal, the newest rank withdrawn (``~`` for all ranks)."""

    key: LineKey
    withdrawn: str | None


@dataclass(frozen=True, slots=True)
class Append:
    """Put an entry at the end of a log. Its id is (collection, batch, position in the plan)."""

    collection: str
    object: ObjectKey
    rule: str  # the policy rule that put it here
    flags: Flags
    supports: tuple[Support, ...]
    not_before_us: int = 0  # the date it carries at least (an import keeps dates)
    policy_version: str = ""  # under which the rule decided, if not the plan's


@dataclass(frozen=True, slots=True)
class Change:
    """New flags of an existing entry; ``TOMBSTONE`` takes it out of every view."""

    collection: str
    seq: int
    flags: Flags


@dataclass(frozen=True, slots=True)
class SupportChange:
    """An existing entry gains (or loses, ``support.live`` false) a line's support."""

    collection: str
    seq: int
    support: Support


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one pushed object, for its status; the position in ``appends`` or a date.

    ``entry`` is where the object was appended in the collection pushed to,
    ``date_added_us`` when it already stood there. Backends only carry it.
    """

    index: int  # in the envelope
    accepted: bool
    message: str
    entry: int | None = None
    date_added_us: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything one batch does, exactly. Executing it twice is the same as once."""

    policy_version: str
    objects: tuple[StoredObject, ...] = ()  # new texts; known keys are kept as they are
    lines: tuple[LineState, ...] = ()  # to create or change
    appends: tuple[Append, ...] = ()  # in order, per collection
    changes: tuple[Change, ...] = ()
    support_changes: tuple[SupportChange, ...] = ()
    erase: tuple[ObjectKey, ...] = ()  # texts to delete; key, version and digest stay
    outcomes: tuple[Outcome, ...] = ()


class PlanView(Protocol):
    """What a planner may read while its batch is planned; nothing can change meanwhile."""

    @property
    def batch_no(self) -> int:
        """The number of the batch being planned."""
        ...

    def entries_of(self, stix_ids: Iterable[str]) -> Mapping[str, Sequence[EntryState]]:
        """Return every entry of these ids in every log, by seq; ids without one are absent."""
        ...

    def edges_of(self, objects: Iterable[StoredObject]) -> Mapping[str, Sequence[EntryState]]:
        """Return, of the ids of these objects, the entries that a push of them can change.

        Those are in every log the entries that are latest or first in any view, and
        the ones with the version or the content of one of the objects, tombstones
        included: a number that does not grow with the versions that an id has.
        """
        ...

    def lines_of(self, stix_ids: Iterable[str]) -> Mapping[str, Sequence[LineState]]:
        """Return every line of these ids; ids without one are absent."""
        ...

    def texts_of(self, keys: Iterable[ObjectKey]) -> Mapping[ObjectKey, str]:
        """Return the texts of these objects; unknown and erased ones are absent."""
        ...


class BatchKind(StrEnum):
    """Why a batch exists."""

    PUSH = "push"
    DELETE = "delete"
    SUPPLY = "supply"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Batch:
    """Who asked for what, before it is planned."""

    kind: BatchKind
    collection: str  # pushed to, or LIBRARY
    producer: str
    received_us: int


@dataclass(frozen=True, slots=True)
class StatusRecord:
    """A status resource as JSON text, with what decides who may read it and how long."""

    id: str
    api_root: str
    member: str  # of the client that pushed
    completed_us: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Committed:
    """A complete batch: its number and the date of each appended entry, in plan order."""

    batch_no: int
    plan: Plan
    dates_us: tuple[int, ...]


Planner = Callable[[PlanView], Plan]
StatusMaker = Callable[[Committed], StatusRecord | None]


class PageForm(StrEnum):
    """Which text a page is made of."""

    OBJECTS = "objects"
    MANIFEST = "manifest"  # manifest-record objects (section 5.3.1)
    VERSIONS = "versions"  # JSON strings (section 5.8.1)


@dataclass(frozen=True, slots=True)
class PageQuery:
    """One range of one log.

    ``wanted.versions`` ``None`` means the latest; ``wanted.spec_versions`` ``None``
    means each object's latest specification version.
    """

    collection: str
    wanted: ObjectFilter
    after_seq: int
    limit: int  # entries, at least 1
    max_bytes: int  # of stored text; one entry is always served
    form: PageForm = PageForm.OBJECTS


@dataclass(frozen=True, slots=True)
class Page:
    """The JSON texts of one page joined by commas, and where it stands in the log."""

    text: bytes = b""
    count: int = 0
    first_us: int = 0
    last_us: int = 0
    last_seq: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """A client with its secrets' hashes; the secrets themselves are nowhere.

    ``old_*`` stay valid until ``old_until_us`` after a rotation with a grace period.
    """

    name: str
    member: str | None
    roles: frozenset[str]
    password_hash: str  # argon2id
    token_hash: bytes  # SHA-256
    disabled: bool = False
    old_password_hash: str | None = None
    old_token_hash: bytes | None = None
    old_until_us: int = 0


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """Figures for operators: counts and sizes, never ids or content."""

    schema_version: int
    newest_date_us: int  # of all entries; 0 if none
    entries: int
    log_bytes: int  # write-ahead log, or 0


class Store(Protocol):
    """Logs, statuses, clients and fixed ids.

    Methods raise ``StorageUnavailableError``, with the driver's exception as its
    cause, and no other exception of a driver. A method either has its whole effect
    or none. Instances are safe to share between threads, not between processes.
    """

    def read_page(self, query: PageQuery) -> Page:
        """Return one page, oldest entry first. An unknown collection is empty."""
        ...

    def has_object(self, collection: str, stix_id: str) -> bool:
        """Return whether any live entry of this id stands in the collection."""
        ...

    def commit(
        self,
        batch: Batch,
        plan: Planner,
        status: StatusMaker | None = None,
        *,
        deadline_us: int | None = None,
    ) -> Committed:
        """Plan the batch, execute the plan and store the status, durably.

        Whatever ``plan`` or ``status`` raises is passed on, and nothing is stored.

        Raises:
            StorageUnavailableError: Also when ``deadline_us`` has passed before
                the batch could be written; then there is no batch.
        """
        ...

    def look(self, at: Callable[[PlanView], Seen]) -> Seen:
        """Return what ``at`` makes of the store; it sees one unchanging state.

        For checks at start and for reports; not for the request path.
        """
        ...

    def get_status(self, status_id: str) -> StatusRecord | None:
        """Return a status, however old; whether it has expired is the caller's to say."""
        ...

    def put_statuses(self, records: Iterable[StatusRecord]) -> None:
        """Store statuses that came from elsewhere (an import)."""
        ...

    def delete_statuses(self, completed_before_us: int) -> int:
        """Delete what expired and return how many."""
        ...

    def fix_id(self, name: str, proposed: str) -> str:
        """Return the id fixed for ``name`` for ever; the first proposal becomes it."""
        ...

    def fixed_ids(self) -> Mapping[str, str]:
        """Return every fixed id by name."""
        ...

    def remember(self, name: str, value: str) -> None:
        """Keep a value that the server compares with its configuration at the next start."""
        ...

    def remembered(self, name: str) -> str | None:
        """Return the value kept last under this name."""
        ...

    def get_client(self, name: str) -> ClientRecord | None:
        """Return the client of this name, disabled ones too."""
        ...

    def find_client_by_token(self, token_hash: bytes) -> ClientRecord | None:
        """Return the client whose current or old token has this hash."""
        ...

    def list_clients(self) -> Sequence[ClientRecord]:
        """Return all clients by name."""
        ...

    def add_client(self, record: ClientRecord) -> bool:
        """Store a new client; false, and nothing stored, if the name is taken."""
        ...

    def replace_client(self, record: ClientRecord) -> bool:
        """Replace the client of this name; false if there is none."""
        ...

    def count_failed_logins(self, name: str, address: str, since_us: int) -> tuple[int, int]:
        """Return how many logins failed since then, and when the oldest of those was."""
        ...

    def record_failed_login(self, name: str, address: str, at_us: int) -> None:
        """Remember a failed login for at least two minutes. May be lost in a power cut."""
        ...

    def facts(self) -> StoreFacts:
        """Return figures for operators. May scan; not for the request path."""
        ...

    def check(self) -> None:
        """Return if the store answers and can be written."""
        ...

    def close(self) -> None:
        """Release connections. Safe to call twice."""
        ...
