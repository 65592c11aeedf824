"""The three servers, each started on loopback the way its own documentation does.

This server and medallion run from this environment. OpenTAXII cannot share it (it
needs SQLAlchemy 1), so it gets one of its own, made once from ``opentaxii.txt`` and
kept in the user's cache.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import secrets
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.peer_objects import STAMP, make_indicator
from benchmarks.peer_process import HOST, Peer, basic, free_port, running
from benchmarks.peer_requests import LOADED, TAXII, THREADS, load_by_pushing, wait_until_ready

BIN = Path(sys.executable).parent
USER = "bench"

COALITION = """\
[coalition]
name = "Benchmark"

[[member]]
name = "bench"
kind = "company"

[[collection]]
alias = "reads"
title = "Reads"
readers = ["bench"]
writers = ["bench"]

[[collection]]
alias = "writes"
title = "Writes"
readers = ["bench"]
writers = ["bench"]
"""


@contextlib.contextmanager
def running_clearinghouse(folder: Path, size: int) -> Iterator[Peer]:
    """``clearinghouse serve`` as it comes: a worker per core, SQLite on disk.

    Each of the clients has a name of its own, because one name may push two bodies at once.
    """
    source, data = folder / "coalition.toml", folder / "data"
    source.write_text(COALITION, encoding="utf-8")
    command = BIN / "clearinghouse"
    _run(command, "init", "--data", data, "--coalition", source)
    authorizations = tuple(_add_client(data, f"{USER}-{n}") for n in range(THREADS))
    root = "/coalition/collections/"
    peer = Peer("clearinghouse", free_port(), authorizations, f"{root}reads/", f"{root}writes/")
    serve = [command, "serve", "--data", data, "--port", str(peer.port)]
    with running(serve, folder / "log") as process:
        wait_until_ready(peer, lambda: process.poll() is None)
        load_by_pushing(peer, size)
        yield peer


def _add_client(data: Path, name: str) -> str:
    options = ("--member", "bench", "--role", "publisher", "--role", "subscriber", "--json")
    shown = _run(BIN / "clearinghouse", "client", "add", name, *options, "--data", data)
    return basic(name, json.loads(shown)["password"])


@contextlib.contextmanager
def running_medallion(folder: Path, size: int) -> Iterator[Peer]:
    """``medallion``, its own command, with the memory backend and the objects in its file."""
    collections = {"reads": _uuid(1), "writes": _uuid(2)}
    file, config = folder / "data.json", folder / "config.json"
    file.write_text(json.dumps(_medallion_data(collections, size)), encoding="utf-8")
    backend = {
        "module": "medallion.backends.memory_backend",
        "module_class": "MemoryBackend",
        "filename": str(file),
    }
    password = secrets.token_urlsafe()
    settings = {
        "backend": backend,
        "users": {USER: password},
        "taxii": {"max_page_size": 100},
    }
    config.write_text(json.dumps(settings), encoding="utf-8")
    paths = [f"/bench/collections/{number}/" for number in collections.values()]
    peer = Peer("medallion", free_port(), (basic(USER, password),), paths[0], paths[1])
    command = [BIN / "medallion", "--host", HOST, "--port", str(peer.port), config]
    with running(command, folder / "log") as process:
        wait_until_ready(peer, lambda: process.poll() is None)
        yield peer


def _medallion_data(collections: dict[str, str], size: int) -> dict[str, Any]:
    objects = [make_indicator(n, LOADED) for n in range(size)]
    manifest = [
        {
            "id": stix["id"],
            "date_added": f"2021-01-01T{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}.000000Z",
            "version": STAMP,
            "media_type": "application/stix+json;version=2.1",
        }
        for n, stix in enumerate(objects)
    ]
    information = {
        "title": "Benchmark",
        "versions": ["application/taxii+json;version=2.1"],
        "max_content_length": 104857600,
    }
    shown = [
        {
            "id": number,
            "title": title,
            "can_read": True,
            "can_write": True,
            "media_types": ["application/stix+json;version=2.1"],
            "objects": objects if title == "reads" else [],
            "manifest": manifest if title == "reads" else [],
        }
        for title, number in collections.items()
    ]
    return {
        "/discovery": {"title": "Benchmark", "api_roots": ["bench"]},
        "bench": {"information": information, "status": [], "collections": shown},
    }


OPENTAXII_CONFIG = """\
auth_api:
  class: opentaxii.auth.sqldb.SQLDatabaseAPI
  parameters:
    db_connection: sqlite:///{folder}/auth.db
    create_tables: yes
    secret: {secret}
taxii1:
taxii2:
  title: Benchmark
  max_content_length: 104857600
  public_discovery: no
  persistence_api:
    class: opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI
    parameters:
      db_connection: sqlite:///{folder}/data.db
      create_tables: yes
logging:
  opentaxii: info
  root: info
"""


@contextlib.contextmanager
def running_opentaxii(folder: Path, size: int) -> Iterator[Peer]:
    """OpenTAXII under gunicorn with two workers, as its own image runs it; SQLite on disk.

    It is asked with a token: with a password it does a scrypt on every request. Version
    0.9.3 stores a push and then fails to write the answer (its issue 243), hence the 500.
    """
    place = make_opentaxii_environment() / "bin"
    config = folder / "opentaxii.yml"
    text = OPENTAXII_CONFIG.format(folder=folder, secret=secrets.token_hex(32))
    config.write_text(text, encoding="utf-8")
    environment = {"OPENTAXII_CONFIG": str(config)}
    password = secrets.token_urlsafe()
    given = ("--username", USER, f"--password={password}")
    _run(place / "opentaxii-create-account", *given, environment=environment)
    _run(place / "opentaxii-add-api-root", "--title", "bench", environment=environment)
    port = free_port()
    command = [place / "gunicorn", "opentaxii.http:app", "--config", "python:opentaxii.http"]
    command += ["--workers", "2", "--timeout", "300", "--bind", f"{HOST}:{port}"]
    with running(command, folder / "log", environment) as process:
        entered = Peer("opentaxii", port, (basic(USER, password),), "", "")
        wait_until_ready(entered, lambda: process.poll() is None)
        root, token = _opentaxii_root_and_token(port, password)
        for alias in ("reads", "writes"):
            options = ("--rootid", root, "--title", alias, "--alias", alias)
            public = ("--public", "--public-write")
            _run(place / "opentaxii-add-collection", *options, *public, environment=environment)
        paths = [f"/taxii2/{root}/collections/{alias}/" for alias in ("reads", "writes")]
        stored = frozenset({202, 500})
        peer = Peer("opentaxii", port, (f"Bearer {token}",), paths[0], paths[1], stored=stored)
        load_by_pushing(peer, size)
        yield peer


def _opentaxii_root_and_token(port: int, password: str) -> tuple[str, str]:
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    body = json.dumps({"username": USER, "password": password})
    connection.request("POST", "/management/auth", body, {"Content-Type": "application/json"})
    token = json.load(connection.getresponse())["token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": TAXII}
    connection.request("GET", "/taxii2/", headers=headers)
    (root,) = json.load(connection.getresponse())["api_roots"]
    connection.close()
    return root.strip("/").rpartition("/")[2], token


def make_opentaxii_environment() -> Path:
    """Return OpenTAXII's virtual environment, made if this list of versions has none yet."""
    versions = Path(__file__).with_name("opentaxii.txt")
    digest = hashlib.sha256(versions.read_bytes()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "clearinghouse" / f"opentaxii-{digest}"
    complete = folder / "complete"
    if not complete.exists():
        print(f"making an environment for OpenTAXII in {folder}", file=sys.stderr)
        venv.create(folder, clear=True, with_pip=True)
        _run(folder / "bin" / "python", "-m", "pip", "install", "-q", "-r", versions)
        complete.touch()
    return folder


def _uuid(n: int) -> str:
    return f"{n:08x}-0000-4000-8000-000000000000"


def _run(*command: str | Path, environment: dict[str, str] | None = None) -> str:
    """Run a command that must succeed, and return what it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr[-2000:]}")
    return done.stdout
