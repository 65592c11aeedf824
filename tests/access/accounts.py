"""The part of a store that authentication needs, in memory."""

from __future__ import annotations

from typing import cast

from taxii_server.access.authentication import Authenticator
from taxii_server.storage.protocol import ClientRecord, Store

START = 1_600_000_000_000_000


class Accounts:
    """Clients and failed logins by the storage contract, and a clock that tests turn."""

    def __init__(self, *records: ClientRecord) -> None:
        self.clients = {record.name: record for record in records}
        self.failed: list[tuple[str, str, int]] = []
        self.now_us = START

    def put(self, record: ClientRecord) -> None:
        self.clients[record.name] = record

    def get_client(self, name: str) -> ClientRecord | None:
        return self.clients.get(name)

    def find_client_by_token(self, token_hash: bytes) -> ClientRecord | None:
        for record in self.clients.values():
            if token_hash in {record.token_hash, record.old_token_hash}:
                return record
        return None

    def count_failed_logins(self, name: str, address: str, since_us: int) -> tuple[int, int]:
        times = [at for n, a, at in self.failed if (n, a) == (name, address) and at > since_us]
        return len(times), min(times, default=0)

    def record_failed_login(self, name: str, address: str, at_us: int) -> None:
        self.failed.append((name, address, at_us))

    def authenticator(self) -> Authenticator:
        return Authenticator(cast(Store, self), lambda: self.now_us)
