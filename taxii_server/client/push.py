"""Push STIX objects to a collection: in order, in envelopes that fit, to the end.

Envelopes are sent one after the other, and each is waited for until its status is
complete (TAXII 2.1 section 4.3), so that what is named has been stored before what
names it arrives. What the server refuses is collected, never a reason to stop; only
a server that cannot be reached, or refuses the client itself, ends the push early.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urljoin

from taxii_server.client.bundles import StixText
from taxii_server.client.collections import (
    RemoteCollection,
    find_collection,
    read_max_content_length,
)
from taxii_server.client.envelopes import EnvelopeLimits, encode_envelope, split_into_envelopes
from taxii_server.client.ordering import group_for_sending
from taxii_server.client.session import Answer, ClientError, HttpError, TaxiiSession

_FIRST_LOOK_S = 0.2
_LONGEST_LOOK_S = 5.0
# The server refuses this envelope; another one may still pass.
_ABOUT_ONE_ENVELOPE = frozenset({400, 413, 422})

Progress = Callable[[int], None]
"""Is told how many more objects are done."""


@dataclass(frozen=True, slots=True)
class Detail:
    """What a server said about one object; ``id`` and ``version`` are empty if it named none."""

    id: str
    version: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushOptions:
    """How to push."""

    max_objects: int = 1000  # in one envelope; objects in a circle may exceed it
    wait_s: float = 600.0  # for one envelope's status to become complete
    progress: Progress = lambda _: None
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class PushReport:
    """What became of a push. ``ok`` if every object was accepted."""

    collection: RemoteCollection
    total: int
    successes: int = 0
    done: int = 0
    envelopes: int = 0
    failures: list[Detail] = field(default_factory=list)
    warnings: list[Detail] = field(default_factory=list)
    accepted: list[Detail] = field(default_factory=list)  # as far as the server names them
    stopped: str | None = None  # why the rest was not sent

    @property
    def ok(self) -> bool:
        return not self.failures and self.stopped is None

    @property
    def messages(self) -> Counter[str]:
        """How often the server said what about the objects it accepted, warnings apart."""
        return Counter(detail.message or "accepted" for detail in self.accepted)

    def summary(self) -> dict[str, Any]:
        """Return the report for a program."""
        return {
            "collection": self.collection.url,
            "total_count": self.total,
            "success_count": self.successes,
            "failure_count": len(self.failures),
            "not_sent_count": self.total - self.done,
            "envelope_count": self.envelopes,
            "failures": [_plain(detail) for detail in self.failures],
            "warnings": [_plain(detail) for detail in self.warnings],
            "messages": dict(self.messages),
            "error": self.stopped,
        }


def push_objects(
    session: TaxiiSession,
    url: str,
    objects: Sequence[StixText],
    options: PushOptions | None = None,
) -> PushReport:
    """Push objects to the collection that ``url`` stands for.

    Raises:
        ClientError: There is no such collection, or it cannot be written; nothing was sent.
    """
    options = options or PushOptions()
    collection = find_collection(session, url, "write")
    limits = EnvelopeLimits(
        max_bytes=read_max_content_length(session, collection.api_root_url),
        max_objects=options.max_objects,
    )
    return _Push(session, collection, options, len(objects)).send(objects, limits)


class _Push:
    """One push under way."""

    def __init__(
        self,
        session: TaxiiSession,
        collection: RemoteCollection,
        options: PushOptions,
        total: int,
    ) -> None:
        self._session = session
        self._options = options
        self._report = PushReport(collection, total)

    def send(self, objects: Sequence[StixText], limits: EnvelopeLimits) -> PushReport:
        split = split_into_envelopes(group_for_sending(objects), limits)
        for item in split.too_large:
            size = len(encode_envelope([item]))
            self._fail([item], f"needs {size} bytes; the API Root takes {limits.max_bytes}")
        try:
            for envelope in split.envelopes:
                self._send_envelope(envelope)
        except ClientError as exc:
            self._report.stopped = str(exc)
        return self._report

    def _send_envelope(self, envelope: Sequence[StixText]) -> None:
        try:
            answer = self._session.post(
                self._report.collection.objects_url, encode_envelope(envelope)
            )
        except HttpError as exc:
            if exc.status not in _ABOUT_ONE_ENVELOPE:
                raise
            if exc.status == 413 and len(envelope) > 1:
                # Something between us and the server takes less than the API Root says.
                half = len(envelope) // 2
                self._send_envelope(envelope[:half])
                self._send_envelope(envelope[half:])
                return
            self._report.envelopes += 1
            self._fail(envelope, str(exc))
            return
        self._report.envelopes += 1
        self._record(self._wait_until_complete(answer), envelope)

    def _wait_until_complete(self, answer: Answer) -> Mapping[str, Any]:
        """Return the status resource once nothing is pending, or as it is when time is over."""
        status = answer.resource()
        status_id = status.get("id")
        wait_s, waited_s = _FIRST_LOOK_S, 0.0
        while status.get("status") != "complete" and waited_s < self._options.wait_s:
            if not isinstance(status_id, str):
                raise ClientError(f"{answer.url} answered without a status that can be asked for.")
            self._options.sleep(wait_s)
            waited_s += wait_s
            wait_s = min(wait_s * 2, _LONGEST_LOOK_S)
            url = urljoin(
                self._report.collection.api_root_url, f"status/{quote(status_id, safe='')}/"
            )
            status = self._session.get(url).resource()
        return status

    def _record(self, status: Mapping[str, Any], envelope: Sequence[StixText]) -> None:
        report = self._report
        failures = list(_details(status, "failures"))
        report.failures += failures
        unnamed = _count(status, "failure_count") - len(failures)
        if unnamed > 0:
            report.failures.append(Detail("", "", f"{unnamed} more failures, not named"))
        if status.get("status") != "complete":
            waited = f"still pending after {self._options.wait_s:.0f} s"
            pending = list(_details(status, "pendings")) or [Detail("", "", "")]
            report.failures += [Detail(p.id, p.version, waited) for p in pending]
        for detail in _details(status, "successes"):
            message, warnings = _split_message(detail.message)
            report.accepted.append(Detail(detail.id, detail.version, message))
            report.warnings += [Detail(detail.id, detail.version, w) for w in warnings]
        report.successes += _count(status, "success_count")
        self._done(len(envelope))

    def _fail(self, items: Sequence[StixText], why: str) -> None:
        self._report.failures += [Detail(i.id or "", i.version or "", why) for i in items]
        self._done(len(items))

    def _done(self, count: int) -> None:
        self._report.done += count
        self._options.progress(count)


def _details(status: Mapping[str, Any], key: str) -> Iterator[Detail]:
    """Yield the status-details of a list that may be absent (TAXII 2.1 section 4.3.1)."""
    listed = status.get(key)
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, Mapping):
            yield Detail(*(str(item.get(name, "")) for name in ("id", "version", "message")))


def _count(status: Mapping[str, Any], key: str) -> int:
    value = status.get(key)
    return value if isinstance(value, int) else 0


def _split_message(message: str) -> tuple[str, list[str]]:
    """Return what was decided, and the warnings that our servers add as ``; warning: …``."""
    said, *warnings = re.split(r"(?:^|; )warning: ", message)
    return said, warnings


def _plain(detail: Detail) -> dict[str, str]:
    return {"id": detail.id, "version": detail.version, "message": detail.message}
