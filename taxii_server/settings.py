"""``server.toml`` as frozen values, one dataclass per section (design section 6).

All problems are reported at once, as ``FILE: [section] key: what is wrong``; an
unknown key is a problem. Units and limits stand on the line of their key.

Some checks span keys and the command line (a certificate given to ``serve`` makes
a public address allowed), so values from the command line replace those of the
file *before* anything is checked. Relative paths in the file are relative to it.
"""

from __future__ import annotations

import ipaddress
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_type_hints
from urllib.parse import urlsplit

from taxii_server.errors import ConfigError
from taxii_server.toml_tables import read_toml

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """``[server]``: where and how the server listens."""

    listen: str = "127.0.0.1:8080"
    workers: int = 0  # processes, at most 256; 0 = one per core
    base_url: str | None = None  # default: the listener's scheme, host and port
    behind_proxy: bool = False
    trusted_proxies: tuple[str, ...] = ()  # addresses or networks
    tls_cert: str | None = None  # path of a PEM file
    tls_key: str | None = None  # path of a PEM file

    def problems(self) -> list[str]:
        """Return every rule these values break, each naming its key."""
        found = []
        address = _parse_address(self.listen)
        if address is None:
            found.append(
                "[server] listen: must be HOST:PORT with a port from 1 to 65535, such as "
                f'"127.0.0.1:8080" or "[::1]:8080", is {self.listen!r}'
            )
        else:
            found += self._exposure_problems(address[0])
        if not 0 <= self.workers <= 256:
            found.append(f"[server] workers: must be 0 (one per core) to 256, is {self.workers}")
        found += [
            f"[server] trusted_proxies: {proxy!r} is not an IP address or network"
            for proxy in self.trusted_proxies
            if not _is_network(proxy)
        ]
        return found + self._tls_problems() + self._base_url_problems()

    def _exposure_problems(self, host: str) -> list[str]:
        found = []
        if not (_is_loopback(host) or self.tls_cert or self.behind_proxy):
            found.append(
                f"[server] listen: {host} can be reached from other machines and credentials are "
                "in every request; set tls_cert and tls_key, or behind_proxy = true if a proxy "
                "terminates TLS, or listen on 127.0.0.1"
            )
        if _is_all_addresses(host) and not self.base_url:
            found.append(
                "[server] base_url: must be set when listening on all addresses, to the URL that "
                'clients use, such as "https://taxii.example.org"'
            )
        return found

    def _tls_problems(self) -> list[str]:
        found = []
        for key, other in (("tls_cert", "tls_key"), ("tls_key", "tls_cert")):
            path = getattr(self, key)
            if not path:
                continue
            if not getattr(self, other):
                found.append(f"[server] {other}: must be set too, because {key} is")
            if not Path(path).is_file():
                found.append(f"[server] {key}: there is no file {path}")
        if self.tls_cert and self.tls_key and not found:
            found += _pair_problems(self.tls_cert, self.tls_key)
        return found

    def _base_url_problems(self) -> list[str]:
        if self.base_url is None:
            return []
        try:
            parts = urlsplit(self.base_url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            parts, host = urlsplit(""), None
        extras = parts.username or parts.password or parts.query or parts.fragment
        if parts.scheme not in {"http", "https"} or not host or extras:
            return [
                "[server] base_url: must be a URL of scheme, host and port only, such as "
                f'"https://taxii.example.org", is {self.base_url!r}'
            ]
        if parts.path not in {"", "/"}:
            return [
                "[server] base_url: must have no path, because discovery is at /taxii2/ "
                f"of the host, is {self.base_url!r}"
            ]
        if parts.scheme == "http" and self.tls_cert:
            return ["[server] base_url: must begin with https://, because tls_cert is set"]
        if parts.scheme == "http" and not _is_loopback(host):
            return [
                "[server] base_url: must begin with https:// unless its host is this machine, "
                "because clients send credentials to it"
            ]
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxiiSettings:
    """``[taxii]``: what the TAXII service promises its clients."""

    max_page_size: int = 1000  # objects, 1 to 10,000
    max_page_bytes: int = 8 * MIB  # bytes of stored text, 1 KiB to 256 MiB
    max_content_length: int = 100 * MIB  # bytes, advertised by each API Root, 1 KiB to 1 GiB
    status_retention_hours: int = 24  # hours; less is an error
    accept_json_content_types: bool = True

    def problems(self) -> list[str]:
        """Return every rule these values break, each naming its key."""
        bounds = (
            ("max_page_size", 1, 10_000, "objects"),
            ("max_page_bytes", 1024, 256 * MIB, "bytes"),
            ("max_content_length", 1024, 1024 * MIB, "bytes"),
            ("status_retention_hours", 24, 87_600, "hours"),
        )
        return [
            f"[taxii] {key}: must be {least} to {most} {unit}, is {getattr(self, key)}"
            for key, least, most, unit in bounds
            if not least <= getattr(self, key) <= most
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingSettings:
    """``[sharing]``: what producers are told and what is taken in."""

    status_names_recipients: bool = True
    shared_ids: str = "accept"  # or "reject"
    accept_undeclared_types: bool = False

    def problems(self) -> list[str]:
        """Return every rule these values break, each naming its key."""
        if self.shared_ids in {"accept", "reject"}:
            return []
        return [f'[sharing] shared_ids: must be "accept" or "reject", is {self.shared_ids!r}']


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    """``[storage]``: where objects are kept; SQLite in the data folder unless set."""

    url: str | None = None  # sqlite:FOLDER, a relative one from the data folder

    def problems(self) -> list[str]:
        """Return every rule these values break, each naming its key."""
        if self.url is None or (self.url.startswith("sqlite:") and self.url != "sqlite:"):
            return []
        return [f'[storage] url: must be "sqlite:" and a folder, is {self.url!r}']


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of ``server.toml``."""

    server: ServerSettings = field(default_factory=ServerSettings)
    taxii: TaxiiSettings = field(default_factory=TaxiiSettings)
    sharing: SharingSettings = field(default_factory=SharingSettings)
    storage: StorageSettings = field(default_factory=StorageSettings)


@dataclass(frozen=True, slots=True)
class Listener:
    """Where the server listens and the URL under which clients reach it."""

    host: str  # without brackets
    port: int
    scheme: str  # http or https
    base_url: str  # without a slash at the end


def load_settings(path: Path, *, server: Mapping[str, object] | None = None) -> Settings:
    """Read and check ``server.toml``.

    Args:
        path: The file. A missing file is a problem, not an empty one.
        server: ``[server]`` keys from the command line; ``None`` values are not set.
            Relative paths here are relative to the working directory.

    Raises:
        ConfigError: The file is missing or not TOML, or a section or key is
            unknown, of the wrong type or out of range; one line per problem.
    """
    document = read_toml(path)
    problems = [f"[{name}]: unknown section" for name in document if name not in _SECTIONS]
    sections: dict[str, Any] = {}
    for name, schema in _SECTIONS.items():
        table = document.get(name, {})
        if not isinstance(table, dict):
            problems.append(f"[{name}]: must be a section of keys")
            continue
        found, values = _read_section(name, schema, table)
        problems += found
        if name == "server":
            values |= _absolute_paths(values, path.parent)
            values |= {key: value for key, value in (server or {}).items() if value is not None}
        sections[name] = schema(**values)
    settings = Settings(**sections)
    problems += settings_problems(settings)
    if problems:
        raise ConfigError(path, problems)
    return settings


def settings_problems(settings: Settings) -> list[str]:
    """Return every rule that these settings break, as ``[section] key: what is wrong``."""
    return [
        problem
        for section in (settings.server, settings.taxii, settings.sharing, settings.storage)
        for problem in section.problems()
    ]


def settings_warnings(settings: Settings) -> list[str]:
    """Return what in usable settings is probably not meant, as ``[section] key: what is odd``."""
    if settings.server.behind_proxy and not settings.server.base_url:
        return [
            "[server] base_url: is not set although behind_proxy is, so clients are told "
            f"{listener(settings).base_url}; set it to the proxy's URL"
        ]
    return []


def listener(settings: Settings) -> Listener:
    """Return where to listen and the base URL (A-17: never taken from the Host header).

    >>> listener(Settings(server=ServerSettings(listen="[::1]:8080"))).base_url
    'http://[::1]:8080'
    """
    server = settings.server
    address = _parse_address(server.listen)
    if address is None:
        raise ConfigError("server.toml", server.problems())
    host, port = address
    scheme = "https" if server.tls_cert else "http"
    shown = f"[{host}]" if ":" in host else host
    default = f"{scheme}://{shown}:{port}"
    return Listener(host, port, scheme, (server.base_url or default).rstrip("/"))


def store_folder(settings: Settings, data: Path) -> Path:
    """Return the folder of the SQLite database: the data folder unless ``url`` names another."""
    return data / (settings.storage.url or "").removeprefix("sqlite:")


def settings_to_json(settings: Settings) -> str:
    """Return settings that are checked and resolved, for another process of this server."""
    return json.dumps(asdict(settings))


def settings_from_json(text: str) -> Settings:
    """Return what ``settings_to_json`` was given.

    >>> settings_from_json(settings_to_json(Settings())) == Settings()
    True
    """
    values = json.loads(text)
    values["server"]["trusted_proxies"] = tuple(values["server"]["trusted_proxies"])
    return Settings(**{name: kind(**values[name]) for name, kind in _SECTIONS.items()})


def packaged_config() -> Path:
    """Return the folder of the default files: in the wheel, or ``config`` of a checkout."""
    here = Path(__file__).parent
    packaged = here / "packaged_config"
    return packaged if packaged.is_dir() else here.parent / "config"


_SECTIONS: dict[str, type[Any]] = {
    "server": ServerSettings,
    "taxii": TaxiiSettings,
    "sharing": SharingSettings,
    "storage": StorageSettings,
}
_KINDS: dict[object, str] = {bool: "true or false", int: "an integer", str: "text"}
_LISTEN = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:\s/]+)):(\d{1,5})", re.ASCII)
_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]+(?:\.(?!-)[A-Za-z0-9-]+)*", re.ASCII)


def _read_section(
    name: str, schema: type[Any], table: Mapping[str, object]
) -> tuple[list[str], dict[str, object]]:
    """Return the problems of one section and the values that have their type."""
    kinds = get_type_hints(schema)
    known = {f.name for f in fields(schema)}
    problems = [f"[{name}] {key}: unknown key" for key in table if key not in known]
    values: dict[str, object] = {}
    for key, value in table.items():
        if key not in known:
            continue
        kind = kinds[key]
        if isinstance(kind, UnionType):  # "| None" means that the key may be left out
            kind = get_args(kind)[0]
        if kind in _KINDS:
            if type(value) is kind:
                values[key] = value
            else:
                problems.append(f"[{name}] {key}: must be {_KINDS[kind]}, is {_describe(value)}")
        elif isinstance(value, list) and all(type(item) is str for item in value):
            values[key] = tuple(value)
        else:
            problems.append(f"[{name}] {key}: must be a list of texts, is {_describe(value)}")
    return problems, values


def _describe(value: object) -> str:
    if isinstance(value, list):
        return "a list" if not value else f"a list with {_describe(value[0])}"
    return _KINDS.get(type(value), f"a {type(value).__name__}")


def _absolute_paths(values: Mapping[str, object], folder: Path) -> dict[str, object]:
    paths = {key: values[key] for key in ("tls_cert", "tls_key") if values.get(key)}
    return {key: str(folder / str(value)) for key, value in paths.items()}


def _pair_problems(cert: str, key: str) -> list[str]:
    """Return why TLS cannot be served with these files, which exist."""
    try:
        if b"-----BEGIN CERTIFICATE-----" not in Path(cert).read_bytes():
            return [f"[server] tls_cert: {cert} holds no certificate in PEM form"]
        if b"PRIVATE KEY-----" not in Path(key).read_bytes():
            return [f"[server] tls_key: {key} holds no private key in PEM form"]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key, password=lambda: "")
    except ssl.SSLError as exc:
        if exc.reason == "KEY_VALUES_MISMATCH":
            return [f"[server] tls_key: {key} is not the private key of {cert}"]
        return [
            f"[server] tls_cert: TLS cannot be served with {cert} and the key {key}; both must be "
            "whole PEM files, the key without a passphrase"
        ]
    except OSError as exc:
        return [f"[server] tls_cert: {exc.filename or cert} cannot be read: {exc.strerror}"]
    return []


def _parse_address(listen: str) -> tuple[str, int] | None:
    """Return host and port of ``HOST:PORT``, or ``None`` if it is not that."""
    found = _LISTEN.fullmatch(listen)
    if found is None or not 1 <= int(found[3]) <= 65535:
        return None
    host = found[1] or found[2]
    if _ip(host) is None:
        # "0", "127.1" and the like are names to no one and addresses to the C library.
        last_label = host.rpartition(".")[2]
        if found[1] or not _HOST_NAME.fullmatch(host) or last_label[0].isdigit():
            return None
    return host, int(found[3])


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_loopback(host: str) -> bool:
    address = _ip(host)
    return host == "localhost" if address is None else address.is_loopback


def _is_all_addresses(host: str) -> bool:
    address = _ip(host)
    return address is not None and address.is_unspecified


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
