"""``clearinghouse serve``: check what is there, then run the worker processes."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import click

from taxii_server.app import (
    COALITION_FILE,
    SERVER_FILE,
    OpenServer,
    open_services,
    require_data_folder,
)
from taxii_server.cli.options import data_option
from taxii_server.clock import format_us, now_us
from taxii_server.errors import ConfigError
from taxii_server.logs import configure_logging
from taxii_server.services.circles import require_circles_safe
from taxii_server.settings import (
    Listener,
    ServerSettings,
    Settings,
    listener,
    load_settings,
    settings_to_json,
)
from taxii_server.toml_tables import read_toml

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the name below it is made anew, or not used

_OPTIONS = {
    "listen": "--host/--port",
    "workers": "--workers",
    "tls_cert": "--tls-cert",
    "tls_key": "--tls-key",
}
"""Options by the key of [server] that they replace."""

AHEAD_US = 3_600_000_000
"""How far the store's newest date may lie ahead of the clock: an hour."""


@click.command()
@data_option()
@click.option("--host", show_default="from server.toml", help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    show_default="from server.toml",
    help="Port to listen on.",
)
@click.option(
    "--workers",
    type=click.IntRange(0, 256),
    show_default="from server.toml",
    help="Worker processes; 0 is one per core.",
)
@click.option(
    "--tls-cert",
    type=click.Path(path_type=Path),
    show_default="from server.toml",
    help="Certificate chain, PEM.",
)
@click.option(
    "--tls-key",
    type=click.Path(path_type=Path),
    show_default="from server.toml",
    help="Its private key, PEM.",
)
@click.option(
    "--accept-future-dates",
    is_flag=True,
    help="Serve a store whose newest date is more than an hour ahead of the clock; new objects "
    "are dated after it.",
)
def serve(
    *,
    data: Path,
    host: str | None,
    port: int | None,
    workers: int | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    accept_future_dates: bool,
) -> None:
    """Serve a data folder until interrupted.

    Options replace keys of [server] in server.toml and are checked like them: a
    loopback address, or TLS, or behind_proxy.
    """
    require_data_folder(data)
    file = data / SERVER_FILE
    overrides: dict[str, object] = {
        "workers": workers,
        "tls_cert": str(tls_cert.resolve()) if tls_cert else None,
        "tls_key": str(tls_key.resolve()) if tls_key else None,
    }
    if host is not None or port is not None:
        overrides["listen"] = listen_address(file, host, port)
    overrides = {key: value for key, value in overrides.items() if value is not None}
    try:
        settings = load_settings(file, server=overrides)
    except ConfigError as error:
        named = [_name_options(problem, overrides) for problem in error.problems]
        raise ConfigError(file, named) from error
    _check_store(data, settings, accept_future_dates=accept_future_dates)
    configure_logging()
    where = listener(settings)
    _prepare_environment(data, settings, where)
    _run(settings, where)


def listen_address(file: Path, host: str | None, port: int | None) -> str:
    """Return the address to listen on; what the command line leaves open is in the file.

    The file's own address is only read here, not checked: it is being replaced.
    """
    if host is None or port is None:
        section = read_toml(file).get("server", {})
        written = (
            section.get("listen", ServerSettings().listen) if isinstance(section, dict) else ""
        )
        given = listener(Settings(server=ServerSettings(listen=str(written))))
        host, port = host or given.host, port or given.port
    return _address(host, port)


def _name_options(problem: str, overrides: Mapping[str, object]) -> str:
    """Return the problem so that nobody looks in the file for what an option said."""
    place, _, what = problem.partition(": ")
    key = place.removeprefix("[server] ")
    if key in overrides:
        return f"{place}, replaced by {_OPTIONS[key]}: {what}"
    replacing = [_OPTIONS[name] for name in overrides]
    if key == "base_url" and replacing:
        return f"{problem} (checked with {' and '.join(replacing)})"
    return problem


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _check_store(data: Path, settings: Settings, *, accept_future_dates: bool) -> None:
    """Open the store once, so that what is wrong is said here and not by every worker.

    Raises:
        ConfigError: It cannot be used, its dates lie ahead of the clock, or a circle
            has a reader who may not see what stands there.
    """
    opened: OpenServer = open_services(data, settings=settings)
    try:
        require_circles_safe(opened.services, data / COALITION_FILE)
        newest_us = opened.services.store.facts().newest_date_us
    finally:
        opened.services.store.close()
    if newest_us > now_us() + AHEAD_US and not accept_future_dates:
        raise ConfigError(
            data,
            [
                f"the newest object is dated {format_us(newest_us)}, the clock says "
                f"{format_us(now_us())}; new objects would be dated after the newest. Set the "
                "clock, or go on with --accept-future-dates"
            ],
        )


def _prepare_environment(data: Path, settings: Settings, where: Listener) -> None:
    """Tell the workers what to serve, and give their metrics an empty folder.

    A worker that replaces another hours later gets what this start checked: files
    that were edited meanwhile wait for the next start.
    """
    data = data.resolve()
    started = data / "run" / f"coalition-{where.port}.toml"
    started.parent.mkdir(exist_ok=True)
    shutil.copyfile(data / COALITION_FILE, started)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_make_metrics_folder(data, where.port))
    os.environ["CLEARINGHOUSE_DATA"] = str(data)
    os.environ["CLEARINGHOUSE_SETTINGS"] = settings_to_json(settings)
    os.environ["CLEARINGHOUSE_COALITION"] = str(started)
    os.environ["CLEARINGHOUSE_SUPERVISOR"] = str(os.getpid())


def _make_metrics_folder(data: Path, port: int) -> Path:
    """Return an empty folder for the workers' counters, which are files mapped into memory.

    In shared memory where there is some: on a full disk a write into a mapped file ends
    the process, and a full disk must not stop reading.
    """
    name = f"clearinghouse-{hashlib.sha256(str(data).encode()).hexdigest()[:16]}-{port}"
    for folder in (_SHARED_MEMORY / name, data / "run" / f"metrics-{port}"):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            folder.parent.mkdir(exist_ok=True)
            folder.mkdir(mode=0o700)
        except OSError:
            continue  # no shared memory here, or the name is somebody else's
        return folder
    raise ConfigError(data / "run", ["cannot be written; it needs a place for runtime files"])


def _run(settings: Settings, where: Listener) -> None:
    from taxii_server.cli.supervisor import Supervisor

    server = settings.server
    certificate = (server.tls_cert, server.tls_key) if server.tls_cert and server.tls_key else None
    supervisor = Supervisor(where, server.workers or os.cpu_count() or 1, certificate)

    def announce() -> None:
        address = f"{where.scheme}://{_address(where.host, where.port)}"
        click.echo(f"Listening on {address}, discovery at {where.base_url}/taxii2/")

    supervisor.on_startup(announce)
    try:
        supervisor.serve()
    finally:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
    if supervisor.failed:
        raise ConfigError(where.base_url, ["the workers cannot start; the log says why"])
