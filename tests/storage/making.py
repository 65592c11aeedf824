"""Small plans for the storage tests: each test names only what it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from taxii_server.clock import parse_instant
from taxii_server.filters import ObjectFilter
from taxii_server.storage.protocol import (
    Append,
    Batch,
    BatchKind,
    Committed,
    Flags,
    LineKey,
    ObjectKey,
    Page,
    PageForm,
    PageQuery,
    Plan,
    Store,
    StoredObject,
    Support,
)

COLLECTION = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
OTHER = "472c94ae-3113-4e3e-a4dd-a9f4ac7471d4"
START_US = 1_600_000_000_000_000


@dataclass(slots=True)
class SetClock:
    """A clock that stands where the test set it."""

    us: int = START_US

    def __call__(self) -> int:
        return self.us


def make_id(n: int, kind: str = "indicator") -> str:
    return f"{kind}--{n:08d}-0000-4000-8000-000000000000"


def make_object(
    stix_id: str,
    *,
    modified: str | None = "2020-01-01T00:00:00.000Z",
    owner: str = "facebook",
    spec: str = "2.1",
    content: str = "",
) -> StoredObject:
    version = "" if modified is None else f',"modified":"{modified}"'
    body = f'{{"id":"{stix_id}"{version},"content":"{content}"}}'
    return StoredObject(
        key=ObjectKey(owner, stix_id, hashlib.sha256((spec + body).encode()).digest()),
        type=stix_id.partition("--")[0],
        spec_version=spec,
        version=None if modified is None else parse_instant(modified),
        version_text=modified,
        body=body,
    )


def make_line(stored: StoredObject, collection: str = COLLECTION) -> LineKey:
    return LineKey(collection, stored.key.owner, stored.key.stix_id)


def make_append(
    stored: StoredObject,
    *,
    collection: str = COLLECTION,
    flags: Flags | None = None,
    not_before_us: int = 0,
    supports: Sequence[Support] | None = None,
) -> Append:
    if supports is None:
        supports = [Support(make_line(stored), stored.version or "b1.0")]
    return Append(
        collection, stored.key, "a rule", flags or Flags(), tuple(supports), not_before_us
    )


def make_batch(collection: str = COLLECTION) -> Batch:
    return Batch(BatchKind.PUSH, collection, "facebook", START_US)


def execute(store: Store, plan: Plan) -> Committed:
    return store.commit(make_batch(), lambda _view: plan)


def push(
    store: Store,
    *objects: StoredObject,
    collection: str = COLLECTION,
    flags: Flags | None = None,
) -> Committed:
    """Append objects to one collection in one batch."""
    appends = tuple(make_append(o, collection=collection, flags=flags) for o in objects)
    return execute(store, Plan("p1", objects=objects, appends=appends))


def read(
    store: Store,
    wanted: ObjectFilter | None = None,
    *,
    collection: str = COLLECTION,
    after_seq: int = 0,
    limit: int = 1000,
    max_bytes: int = 1 << 23,
    form: PageForm = PageForm.OBJECTS,
) -> Page:
    query = PageQuery(collection, wanted or ObjectFilter(), after_seq, limit, max_bytes, form)
    return store.read_page(query)


def joined(objects: Iterable[StoredObject]) -> bytes:
    """The text of a page of these objects."""
    return ",".join(o.body for o in objects).encode()
