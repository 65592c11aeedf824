"""``server.toml`` as frozen values, one dataclass per section (design section 6).

All problems are reported at once, as ``FILE: [section] key: what is wrong``; an
unknown key is a problem. Units and limits stand on the line of their key.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """``[server]``: where and how the server listens."""

    listen: str = "127.0.0.1:8080"
    workers: int = 0  # processes; 0 = one per core
    base_url: str | None = None  # default: the listener's scheme, host and port
    behind_proxy: bool = False
    trusted_proxies: tuple[str, ...] = ()
    tls_cert: str | None = None
    tls_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxiiSettings:
    """``[taxii]``: what the TAXII service promises its clients."""

    max_page_size: int = 1000  # objects
    max_page_bytes: int = 8 * MIB  # bytes of stored text
    max_content_length: int = 100 * MIB  # bytes, advertised by each API Root
    status_retention_hours: int = 24  # hours; less is an error
    accept_json_content_types: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingSettings:
    """``[sharing]``: what producers are told and what is taken in."""

    status_names_recipients: bool = True
    shared_ids: str = "accept"  # or "reject"
    accept_undeclared_types: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    """``[storage]``: where objects are kept; SQLite in the data folder unless set."""

    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of ``server.toml``."""

    server: ServerSettings = field(default_factory=ServerSettings)
    taxii: TaxiiSettings = field(default_factory=TaxiiSettings)
    sharing: SharingSettings = field(default_factory=SharingSettings)
    storage: StorageSettings = field(default_factory=StorageSettings)
