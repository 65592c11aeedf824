"""What a page costs at the start and at the end of a large collection.

    python benchmarks/paging.py [--entries 1000000] [--folder DIR]

A page must cost what it shows, wherever it lies: the ratio of the two times is
expected to be at most 1.5. Start and end are read in turn, so that both meet the
same machine, and the fastest run of each counts. The log is made by ordinary
commits of 2,000 objects; every fourth object gets a second version, so that the
default view has entries to leave out.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from taxii_server.clock import now_us
from taxii_server.filters import ALL, ObjectFilter, VersionFilter
from taxii_server.storage.protocol import (
    Append,
    Batch,
    BatchKind,
    Flags,
    LineKey,
    LineState,
    ObjectKey,
    Page,
    PageForm,
    PageQuery,
    Plan,
    Store,
    StoredObject,
    Support,
)
from taxii_server.storage.sqlite import create_store

COLLECTION = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
TYPES = ("indicator", "user-account", "relationship", "url")
BATCH = 2_000  # entries of one commit
PAGE = 1_000  # entries of one page
MAX_BYTES = 8 * 1024 * 1024
RUNS = 40
MOST = 1.5  # times

_FIRST = VersionFilter(first=True)
_SHARED_INSTANT = VersionFilter(instants=frozenset({"2020-09-01T00:00:00"}))
QUERIES = {
    "latest (default)": ObjectFilter(),
    "latest, 2 types": ObjectFilter(types=frozenset(TYPES[:2])),
    "latest, spec 2.1": ObjectFilter(spec_versions=frozenset({"2.1"})),
    "first": ObjectFilter(versions=_FIRST),
    "first, 2 types": ObjectFilter(versions=_FIRST, types=frozenset(TYPES[:2])),
    "all": ObjectFilter(versions=ALL),
    "all, 2 types": ObjectFilter(versions=ALL, types=frozenset(TYPES[:2])),
    "first and last": ObjectFilter(versions=VersionFilter(first=True, last=True)),
    "one instant": ObjectFilter(versions=_SHARED_INSTANT),
    "one instant, 2 types": ObjectFilter(versions=_SHARED_INSTANT, types=frozenset(TYPES[:2])),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where to make the store; default: temporary")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        store = create_store(Path(folder) / "data", now_us)
        fill(store, arguments.entries)
        worst = max(measure(store, name, wanted) for name, wanted in QUERIES.items())
        for form in (PageForm.MANIFEST, PageForm.VERSIONS):
            worst = max(worst, measure(store, f"all, {form}", ObjectFilter(versions=ALL), form))
        store.close()
    print(f"worst ratio {worst:.2f}, expected at most {MOST}")
    return 0 if worst <= MOST else 1


def fill(store: Store, entries: int) -> None:
    """Commit entries in batches and say how long it took."""
    began = time.perf_counter()
    for first in range(0, entries, BATCH):
        plan = make_plan(range(first, min(first + BATCH, entries)))
        batch = Batch(BatchKind.PUSH, COLLECTION, "facebook", now_us())
        store.commit(batch, lambda _view, plan=plan: plan)
    took_s = time.perf_counter() - began
    print(f"{entries:,} entries in {took_s:.0f} s, {entries / took_s:,.0f} a second")


def make_plan(numbers: Sequence[int]) -> Plan:
    objects, lines, appends = [], [], []
    for n in numbers:
        # every fifth entry is a second version of the one before it
        second = n % 5 == 4
        stored = make_object(n - 1 if second else n, second=second)
        line = LineKey(COLLECTION, "facebook", stored.key.stix_id)
        superseded = n % 5 == 3
        flags = Flags(live=1, latest=int(not superseded), first=int(not second))
        objects.append(stored)
        lines.append(LineState(line, None))
        support = Support(line, stored.version or "")
        appends.append(Append(COLLECTION, stored.key, "a rule", flags, (support,)))
    return Plan("p1", objects=tuple(objects), lines=tuple(lines), appends=tuple(appends))


def make_object(n: int, *, second: bool) -> StoredObject:
    kind = TYPES[n % len(TYPES)]
    stix_id = f"{kind}--{n:08x}-0000-4000-8000-000000000000"
    version = "2020-10-01T00:00:00" if second else "2020-09-01T00:00:00"
    filling = hashlib.sha256(str(n).encode()).hexdigest() * 7
    body = f'{{"type":"{kind}","id":"{stix_id}","modified":"{version}Z","x":"{filling}"}}'
    digest = hashlib.sha256(body.encode()).digest()
    key = ObjectKey("facebook", stix_id, digest)
    return StoredObject(key, kind, "2.1", version, f"{version}Z", body)


def measure(
    store: Store, name: str, wanted: ObjectFilter, form: PageForm = PageForm.OBJECTS
) -> float:
    """Print the fastest page at each end of the log and return their ratio."""
    tip = store.facts().entries
    at = {"start": 0, "end": find_last_full_page(store, wanted, tip)}
    best = dict.fromkeys(at, float("inf"))
    for _ in range(RUNS):
        for place, after_seq in at.items():
            query = PageQuery(COLLECTION, wanted, after_seq, PAGE, MAX_BYTES, form)
            began = time.perf_counter()
            page = store.read_page(query)
            best[place] = min(best[place], time.perf_counter() - began)
            assert page.count == PAGE
    ratio = best["end"] / best["start"]
    start_ms, end_ms = best["start"] * 1e3, best["end"] * 1e3
    print(f"{name:24} start {start_ms:6.2f} ms   end {end_ms:6.2f} ms   ratio {ratio:.2f}")
    return ratio


def find_last_full_page(store: Store, wanted: ObjectFilter, tip: int) -> int:
    """Return a position near the end from which there is still one full page."""
    back = PAGE
    page = Page()
    while page.count < PAGE and back < tip:
        back += PAGE
        page = store.read_page(PageQuery(COLLECTION, wanted, tip - back, PAGE, MAX_BYTES))
    return tip - back


if __name__ == "__main__":
    raise SystemExit(main())
