"""Hostile and clumsy input: no 500, no HTML, no traceback, nobody else is stopped (must show 7).

Every body and parameter of the conformance list's error lines is in
``tests/conformance``; here is what those lines do not name one by one.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conformance.checks import is_error
from tests.support.coalitions import everybody_shares
from tests.support.servers import DataFolder, RunningServer
from tests.support.stix import envelope, make_id, make_indicator, make_url
from tests.support.wire import TAXII, Client

FULL = os.environ.get("CLEARINGHOUSE_TEST_LOAD") == "full"
LARGE = 300 if FULL else 60  # objects of 5 MB


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Yield a server of two workers with the default limits."""
    folder = DataFolder.make(tmp_path_factory.mktemp("hostile") / "data", everybody_shares())
    for n in range(12):
        folder.add_client(f"slow-{n}", "twitter", "publisher")
    folder.add_client("both", "facebook", "publisher", "subscriber")
    with RunningServer(folder, workers=2) as running:
        yield running
        assert "Traceback" not in running.log_text()


def test_requests_generated_from_the_openapi_description_find_nothing(
    server: RunningServer, tmp_path: Path
) -> None:
    """Must show 7, T-DT-08, T-URL-08: schemathesis, valid and invalid requests alike.

    The description names no collection and no id; real ones are put in, so that
    most requests reach more than a 404.
    """
    client = server.client("both", token=True)
    objects = [make_indicator(), make_url()]
    status = client.post("collections/from-facebook/objects/", envelope(*objects)).json()
    known = {
        "collection": ["from-facebook", "for-facebook", "nope"],
        "object_id": [*(one["id"] for one in objects), make_id("url"), "nonsense"],
        "status_id": [status["id"], make_id("url")],
        "name": ["narrative", "common", "nope"],
    }
    description = client.get("/openapi.json").json()
    for path in description["paths"].values():
        for parameter in path.get("parameters", []):
            parameter["schema"] = {"enum": known[parameter["name"]]}
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(description), encoding="utf-8")
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "run",
        str(file),
        *("--url", server.url, "-H", f"Authorization: {client.authorization}"),
        *("--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing"),
        *("--max-examples", "40", "--generation-deterministic"),
        *("--warnings", "off", "--no-color", "--continue-on-failure"),
    ]

    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    tested = re.search(r"Tested: (\d+)", done.stdout)
    assert tested is not None
    assert f"Selected: {tested[1]}/{tested[1]}" in done.stdout


CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
)

HEAD = "POST /coalition/collections/from-twitter/objects/ HTTP/1.1\r\nHost: x\r\n"


def test_slow_uploaders_do_not_stop_readers(server: RunningServer) -> None:
    """Must show 7: 12 clients that send a byte a second, on two workers of 16 threads."""
    body = json.dumps(envelope(make_indicator())).encode()
    sockets = []
    stop = threading.Event()
    for n in range(12):
        sock = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        head = (
            f"{HEAD}Authorization: {server.client(f'slow-{n}').authorization}\r\n"
            f"Content-Type: {TAXII}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        sock.sendall(head.encode())
        sockets.append(sock)

    def drip() -> None:
        for n in range(len(body)):
            for sock in sockets:
                with contextlib.suppress(OSError):
                    sock.sendall(body[n : n + 1])
            if stop.wait(1.0):
                return

    dripping = threading.Thread(target=drip)
    dripping.start()
    reader = server.client("both", token=True)
    answered = 0
    try:
        time.sleep(1.0)
        for _ in range(200):
            answer = reader.get("collections/from-facebook/objects/", {"limit": 5})
            answered += answer.status == 200
        pushed = reader.post("collections/from-facebook/objects/", envelope(make_indicator()))
    finally:
        stop.set()
        dripping.join()
        for sock in sockets:
            sock.close()

    assert answered == 200
    assert pushed.status in {202, 429}


def test_one_client_sends_two_bodies_at_once_at_most(server: RunningServer) -> None:
    """T-ERR-08, T-ERR-09: 429 with Retry-After; a worker counts for itself."""
    head = (
        f"{HEAD}Authorization: {server.client('slow-0').authorization}\r\n"
        f"Content-Type: {TAXII}\r\nContent-Length: 1000\r\n\r\n{{"
    )
    sockets = []
    try:
        for _ in range(12):
            sock = socket.create_connection(("127.0.0.1", server.port), timeout=5)
            sock.sendall(head.encode())
            sockets.append(sock)
        time.sleep(1.0)
        answers = []
        for sock in sockets:
            sock.settimeout(0.2)
            with contextlib.suppress(TimeoutError):
                answers.append(sock.recv(65536))
    finally:
        for sock in sockets:
            sock.close()

    refused = [one for one in answers if one.startswith(b"HTTP/1.1 429")]
    assert len(refused) >= 12 - 2 * 2
    assert all(b"retry-after:" in one.lower() for one in refused)


def peak_memory_kb(pid: int) -> int:
    """Return the most memory that a process ever held, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if "VmHWM" in line))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_large_objects_are_stored_and_read_back_with_bounded_memory(tmp_path: Path) -> None:
    """Must show 7, INV-BOUNDED, T-PAG-03: objects of 5 MB, 20 MB a push, a page of 8 MiB at most.

    The bound: 400 MiB for a worker. What a push holds at once is its body (20 MB),
    the parsed objects and the texts to store, a few times its size; a page is below
    16 MiB with all its copies. 300 objects (1.5 GB) stay under the same bound as 60.
    """
    folder = DataFolder.make(tmp_path / "data", everybody_shares())
    folder.add_client("both", "facebook", "publisher", "subscriber")
    folder.add_client("sub-cisa", "cisa", "subscriber")
    with RunningServer(folder, workers=1) as server:
        client = server.client("both", token=True)
        sent: list[str] = []
        for _ in range(0, LARGE, 4):
            objects = [make_indicator(description="x" * 5_000_000) for _ in range(4)]
            status = client.post("collections/from-facebook/objects/", envelope(*objects)).json()
            assert status["success_count"] == 4
            sent += [one["id"] for one in objects]
        seen: list[str] = []
        largest = 0
        subscriber = server.client("sub-cisa", token=True)
        query: dict[str, Any] = {"match[type]": "indicator"}
        for _ in range(2 * LARGE + 1):
            page = subscriber.get("collections/for-cisa/objects/", query)
            largest = max(largest, len(page.body))
            seen += page.ids
            token = page.json().get("next")
            if token is None:
                break
            query = {"next": token}
        (worker,) = server.worker_pids()
        peak = peak_memory_kb(worker)

    assert seen == sent
    assert largest < 9 * 2**20
    assert peak < 400 * 1024, f"{peak} KiB"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "id", "objects", "created", "modified", "spec_version"])
            | st.text(max_size=8),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(
    max_examples=250,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=st.one_of(st.binary(max_size=200), json_values.map(lambda v: json.dumps(v).encode())))
def test_any_body_is_answered_with_a_status_or_a_taxii_error(facebook: Client, body: bytes) -> None:
    """T-ADD-13, T-ADD-28, T-ERR-01: random bytes and random JSON, NaN and surrogates included."""
    require_taxii(facebook, lambda: facebook.post("collections/from-facebook/objects/", body))


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(item=json_values, kind=st.sampled_from(["indicator", "url", "identity", "x-thing", "file"]))
def test_any_object_is_stored_or_fails_alone(facebook: Client, item: Any, kind: str) -> None:
    """T-ADD-15: whatever stands where an object should be; its neighbour is stored."""
    good = make_indicator()
    made = {**item, "type": kind} if isinstance(item, dict) else item
    body = json.dumps({"objects": [made, good]}).encode()

    def send() -> Any:
        return facebook.post("collections/from-facebook/objects/", body)

    answer = require_taxii(facebook, send)
    if answer.status == 202:
        assert good["id"] in {one["id"] for one in answer.json().get("successes", [])}


PARAMETERS = (
    "added_after",
    "limit",
    "next",
    "match[id]",
    "match[type]",
    "match[version]",
    "match[spec_version]",
    "match[x]",
    "x",
)
parameter_values = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["all", "last", "1", "2.1", "2020-01-01T00:00:00Z", ",", "%"]),
    st.from_regex(r"[0-9TZ:.+-]{1,30}"),
)


@settings(
    max_examples=250,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    query=st.lists(st.tuples(st.sampled_from(PARAMETERS), parameter_values), max_size=4),
    form=st.sampled_from(["objects/", "manifest/", "objects/url--x/", "objects/url--x/versions/"]),
)
def test_any_query_is_answered(facebook: Client, query: list[tuple[str, str]], form: str) -> None:
    """T-ERR-06, T-FLT-03, T-FLT-15: 200, 400 or 404, in TAXII's form."""
    quoted = "&".join(f"{_quote(name)}={_quote(value)}" for name, value in query)
    path = f"collections/from-facebook/{form}?{quoted}"

    answer = require_taxii(facebook, lambda: facebook.get(path))
    assert answer.status in {200, 400, 404}


def _quote(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


def require_taxii(client: Client, send: Callable[[], Any]) -> Any:
    """Check that the answer is no 5xx, and TAXII in form; return it."""
    answer = send()
    assert answer.status < 500, answer
    assert answer.header("Content-Type") == TAXII
    assert b"Traceback" not in answer.body
    if answer.status >= 400:
        assert is_error(answer)
    return answer


BROKEN_HTTP = {
    "no version": b"GET /taxii2/\r\n\r\n",
    "garbage": b"\x16\x03\x01\x00\xff\x01\x00",
    "long line": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "long header": b"GET /taxii2/ HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 2_000_000 + b"\r\n\r\n",
    "many headers": b"GET /taxii2/ HTTP/1.1\r\nHost: x\r\n" + b"X: 1\r\n" * 5_000 + b"\r\n",
    "two lengths": HEAD.encode() + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}{}{}",
    "length and chunks": HEAD.encode()
    + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "bad chunk": HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "odd method": b"F\xff\xff /taxii2/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "absolute target": b"GET http://evil.example/taxii2/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "connect": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "split header": b"GET /taxii2/ HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
    "nul in header": b"GET /taxii2/ HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
}


@pytest.mark.parametrize("name", BROKEN_HTTP)
def test_broken_http_is_refused_and_the_server_lives(server: RunningServer, name: str) -> None:
    """T-URL-14, T-NET-20: no 5xx, no page of somebody's framework."""
    answer = b""
    with contextlib.suppress(ConnectionError):
        answer = server.client().raw(BROKEN_HTTP[name], timeout_s=3)

    assert not re.match(rb"HTTP/1\.[01] 5", answer), answer[:300]
    assert b"<html" not in answer.lower()
    assert server.client().get("/readyz").status == 200
