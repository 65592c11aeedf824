"""``clearinghouse serve`` as processes: replacing, leaving, stopping, refusing to start."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from taxii_server.app import init_data, open_services
from taxii_server.cli import supervisor
from taxii_server.cli.main import main
from taxii_server.clock import now_us
from taxii_server.errors import ConfigError
from tests.http.conftest import COALITION, make_identity
from tests.support.servers import DataFolder, RunningServer
from tests.support.wire import bearer

DAY_US = 86_400_000_000
PUSH = "/coalition/collections/from-facebook/objects/"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    made = DataFolder.make(tmp_path_factory.mktemp("serving") / "data", COALITION)
    made.add_client("pub", "facebook", "publisher")
    made.add_client("op", None, "operator")
    return made


@pytest.fixture
def running(folder: DataFolder) -> Iterator[RunningServer]:
    with RunningServer(folder, workers=2) as server:
        yield server


def wait_until(met: Callable[[], bool], within_s: float = 15) -> None:
    deadline = time.monotonic() + within_s
    while not met():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def supervisor_pid(server: RunningServer) -> int:
    stat = Path(f"/proc/{server.worker_pids()[0]}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def test_workers_killed_again_and_again_are_replaced(running: RunningServer) -> None:
    """Both at once too, and faster than granian by itself allows; the supervisor stays."""
    parent = supervisor_pid(running)
    for _ in range(4):
        killed = running.worker_pids()
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda dead=killed: len(set(running.worker_pids()) - set(dead)) == 2)
        assert running.client("pub").get("/taxii2/").status == 200

    assert supervisor_pid(running) == parent


def test_workers_leave_when_their_supervisor_is_killed(running: RunningServer) -> None:
    """So that a restart finds the port free."""
    workers = running.worker_pids()
    os.kill(supervisor_pid(running), signal.SIGKILL)

    wait_until(lambda: not any(is_alive(pid) for pid in workers))
    running.stop()
    running.start()

    assert running.client("pub").get("/taxii2/").status == 200


def test_a_stop_lets_a_request_finish(running: RunningServer, folder: DataFolder) -> None:
    body = json.dumps({"objects": [make_identity()]}).encode()
    head = (
        f"POST {PUSH} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nContent-Type: "
        f"application/taxii+json\r\nAuthorization: {bearer(folder.clients['pub'].token)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", running.port), timeout=15) as sock:
        sock.sendall(head.encode() + body[:10])
        time.sleep(0.3)
        os.kill(supervisor_pid(running), signal.SIGTERM)
        time.sleep(0.3)
        sock.sendall(body[10:])
        answer = sock.recv(65536)

    assert answer.startswith(b"HTTP/1.1 202 ")
    assert running.stop() == 0


def test_a_stop_does_not_wait_for_ever(running: RunningServer, folder: DataFolder) -> None:
    head = (
        f"POST {PUSH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nContent-Type: "
        f"application/taxii+json\r\nAuthorization: {bearer(folder.clients['pub'].token)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", running.port)) as sock:
        sock.sendall(head.encode() + b"{")
        time.sleep(0.3)
        began = time.monotonic()
        running.stop()

    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    "framing", ["Content-Length: {more}", "Transfer-Encoding: chunked"], ids=["length", "chunked"]
)
def test_a_push_cut_off_in_the_middle_stores_nothing(
    running: RunningServer, folder: DataFolder, framing: str
) -> None:
    """A body that ended early is not taken for a whole one."""
    pushed = make_identity()
    body = json.dumps({"objects": [pushed, make_identity()]}).encode()
    part = body[:-20]
    chunked = "chunked" in framing
    head = (
        f"POST {PUSH} HTTP/1.1\r\nHost: x\r\n{framing.replace('{more}', str(len(body)))}\r\n"
        f"Content-Type: application/taxii+json\r\n"
        f"Authorization: {bearer(folder.clients['pub'].token)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", running.port)) as sock:
        sock.sendall(head.encode() + (b"%x\r\n%s" % (len(part), part) if chunked else part))
        time.sleep(0.2)
    time.sleep(0.3)

    assert running.client("pub").get(f"{PUSH}{pushed['id']}/").status == 404


def test_metrics_are_those_of_all_workers(running: RunningServer) -> None:
    """Whichever worker is asked, and also what a worker counted that is gone."""

    def count() -> int:
        text = running.client("op").get("/metrics").body.decode()
        found = re.search(
            r'requests_total\{method="GET",route="/taxii2/",status="200"\} (\S+)', text
        )
        return int(float(found[1])) if found else 0

    for _ in range(30):
        assert running.client("pub").get("/taxii2/").status == 200
    assert {count() for _ in range(6)} == {30}
    killed = running.worker_pids()
    os.kill(killed[0], signal.SIGKILL)
    wait_until(lambda: len(set(running.worker_pids()) - {killed[0]}) == 2)

    assert {count() for _ in range(6)} == {30}


def test_a_server_whose_workers_cannot_start_ends(tmp_path: Path) -> None:
    """While one serves it stays; without any it ends, and says so."""
    folder = DataFolder.make(tmp_path / "data", COALITION)
    with RunningServer(folder, workers=2) as server:
        wait_until(lambda: server.log_text().count("Started worker-") == 2)
        for started in (folder.path / "run").glob("coalition-*.toml"):
            started.write_text("nonsense", encoding="utf-8")
        parent, (first, second) = supervisor_pid(server), server.worker_pids()
        os.kill(first, signal.SIGKILL)
        time.sleep(3)
        assert server.client().get("/healthz").status == 200
        os.kill(second, signal.SIGKILL)
        wait_until(lambda: not is_alive(parent))
        assert server.stop() == 1
        assert "the workers cannot start" in server.log_text()


def test_a_worker_that_replaces_another_decides_as_at_start(tmp_path: Path) -> None:
    """Files edited while the server runs wait for its next start, in every worker."""
    folder = DataFolder.make(tmp_path / "data", COALITION)
    with RunningServer(folder, workers=1) as server:
        for name in ("server.toml", "coalition.toml"):
            (folder.path / name).write_text("nonsense", encoding="utf-8")
        (killed,) = server.worker_pids()
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: server.worker_pids() not in ([], [killed]))
        assert server.client().get("/readyz").status == 200


def test_a_taken_port_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_BIND_WITHIN_S", 0)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"127.0.0.1:{port}: cannot listen"):
            supervisor.listen("127.0.0.1", port, 128)


def test_a_wait_for_a_taken_port_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervisor, "_BIND_WITHIN_S", 0.2)
    monkeypatch.setattr(supervisor, "_LOOK_EVERY_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match="another process listens there"):
            supervisor.listen("127.0.0.1", port, 128)

    assert len([r for r in caplog.records if "is taken" in r.getMessage()]) == 1


def test_advice_that_nobody_can_follow_is_not_logged(folder: DataFolder) -> None:
    """Granian finds 16 threads per worker many; there is no setting for them."""
    with RunningServer(folder) as server:
        assert server.client("pub").get("/taxii2/").status == 200
        log = server.log_text()

    assert "Listening at" in log
    assert "backpressure" not in log


def test_the_listening_socket_has_what_connections_inherit() -> None:
    """No 40 ms between the parts of a response; a peer that vanished is noticed."""
    with supervisor.listen("127.0.0.1", 0, 128) as listening:
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        assert listening.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


@pytest.fixture
def dated_ahead(tmp_path: Path) -> Path:
    """Return a data folder whose newest entry is dated tomorrow."""
    source = tmp_path / "coalition.toml"
    source.write_text(COALITION, encoding="utf-8")
    init_data(tmp_path / "data", source, clock=lambda: now_us() + DAY_US)
    return tmp_path / "data"


def test_a_store_dated_ahead_of_the_clock_is_refused(dated_ahead: Path) -> None:
    """And the message says how to go on."""
    refused = CliRunner().invoke(main, ["serve", "--data", str(dated_ahead)])

    assert refused.exit_code == 1
    assert "--accept-future-dates" in refused.stderr
    assert "Set the clock" in refused.stderr


def test_a_store_dated_ahead_is_served_where_that_is_wanted(dated_ahead: Path) -> None:
    """Dates never go back: what is pushed now is dated after the newest."""
    folder = DataFolder(dated_ahead)
    folder.add_client("pub", "facebook", "publisher")
    with RunningServer(folder, options=["--accept-future-dates"]) as server:
        client = server.client("pub")
        pushed = client.post(PUSH, {"objects": [make_identity()]})
        page = client.get(PUSH)

    assert pushed.status == 202
    opened = open_services(dated_ahead)
    newest_us = opened.services.store.facts().newest_date_us
    opened.services.store.close()
    assert newest_us > now_us() + DAY_US - 60_000_000
    assert page.header("X-TAXII-Date-Added-Last") is not None


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            ["--host", "192.0.2.1"],
            "[server] listen, replaced by --host/--port: 192.0.2.1 can be reached",
        ),
        (["--host", "0.0.0.0"], "[server] base_url: must be set"),
        (["--host", "0.0.0.0"], "(checked with --host/--port)"),
        (["--tls-cert", "nowhere.pem"], "[server] tls_cert, replaced by --tls-cert: there is no"),
        (["--tls-cert", "nowhere.pem"], "[server] tls_key: must be set too"),
    ],
)
def test_options_are_checked_like_the_file(
    folder: DataFolder, options: list[str], problem: str
) -> None:
    refused = CliRunner().invoke(main, ["serve", "--data", str(folder.path), *options])

    assert refused.exit_code == 1
    assert problem in refused.stderr


def test_half_an_address_is_completed_from_the_file(folder: DataFolder, tmp_path: Path) -> None:
    """A file that is wrong only in the address being replaced is not wrong."""
    copy = replace(folder, path=tmp_path)
    (tmp_path / "server.toml").write_text('[server]\nlisten = "192.0.2.1:8123"\n')

    from taxii_server.cli.serve import listen_address

    assert listen_address(copy.path / "server.toml", "127.0.0.1", None) == "127.0.0.1:8123"
    assert listen_address(copy.path / "server.toml", "::1", 9000) == "[::1]:9000"
    assert listen_address(copy.path / "server.toml", None, 9000) == "192.0.2.1:9000"
