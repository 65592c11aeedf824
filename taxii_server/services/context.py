"""What every use case works with: made once per process by ``taxii_server.app``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from taxii_server.clock import Clock
from taxii_server.sharing.coalition import Coalition
from taxii_server.storage.protocol import Store


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """Bounds and switches of ``server.toml`` that use cases obey; see ``settings``."""

    max_page_size: int  # objects
    max_page_bytes: int  # bytes of stored text
    max_content_length: int  # bytes
    status_retention_us: int
    status_names_recipients: bool
    accept_shared_ids: bool
    accept_undeclared_types: bool


@dataclass(frozen=True, slots=True)
class Services:
    """The coalition, its store, and what makes time and ids."""

    coalition: Coalition
    store: Store
    limits: ServiceLimits
    base_url: str  # without a slash at the end
    page_token_key: bytes
    clock: Clock
    new_id: Callable[[], str]  # a random UUID, version 4
