"""``clearinghouse demo`` from start to Ctrl-C, as its reader uses it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from stix_models.extensions import EXTENSION_OF_NAME
from taxii_server.demo.stix import AMBER_STRICT, RED
from taxii_server.demo.story import story

COMMAND = str(Path(sys.executable).parent / "clearinghouse")
START_S = 120
SHARING = EXTENSION_OF_NAME["sharing"].id
PSEUDONYMOUS = EXTENSION_OF_NAME["pseudonymous-account"].id


def by_id() -> dict[str, tuple[set[str], dict[str, Any]]]:
    """Return who pushes each object of the story, and the object."""
    found: dict[str, tuple[set[str], dict[str, Any]]] = {}
    for part in story():
        for thing in part.content["objects"]:
            found.setdefault(thing["id"], (set(), thing))[0].add(part.member)
    return found


def is_raw(thing: dict[str, Any]) -> bool:
    """Return whether an object is for industry only: people's accounts, and logs of them."""
    if thing["type"] == "user-account":
        return PSEUDONYMOUS not in thing["extensions"]
    return thing["type"] in ("email-addr", "observed-data")


def start(*options: str) -> subprocess.Popen[str]:
    """Start the demo; it ends when the test sends a signal."""
    environment = {k: v for k, v in os.environ.items() if k != "CLEARINGHOUSE_DATA"}
    return subprocess.Popen(
        [COMMAND, "demo", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment | {"PYTHONUNBUFFERED": "1"},
    )


def read_until(process: subprocess.Popen[str], last: str) -> str:
    """Return what the demo prints, up to the line that has ``last`` in it."""
    assert process.stdout is not None
    watchdog = threading.Timer(START_S, process.kill)
    watchdog.start()
    lines = []
    for line in process.stdout:
        lines.append(line)
        if last in line:
            break
    watchdog.cancel()
    shown = "".join(lines)
    assert last in shown, f"{shown}\n{process.stderr.read() if process.stderr else ''}"
    return shown


def stop(process: subprocess.Popen[str], number: int) -> tuple[int, str, str]:
    """Send a signal and return the exit code and what was still printed."""
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def shown() -> Iterator[str]:
    """Yield what the demo prints for people, while it serves."""
    process = start()
    yield read_until(process, "Serving until Ctrl-C")
    code, out, _ = stop(process, signal.SIGINT)
    assert code == 0
    assert "Stopped." in out


def get(client: dict[str, Any], url: str) -> dict[str, Any]:
    answer = requests.get(
        url,
        auth=(client["name"], client["password"]),
        headers={"Accept": "application/taxii+json;version=2.1"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def poll(client: dict[str, Any], api_root: str) -> list[dict[str, Any]]:
    (feed,) = get(client, f"{api_root}collections/")["collections"]
    page = get(client, f"{api_root}collections/{feed['id']}/objects/?limit=1000")
    assert not page.get("more")
    return page["objects"]


def test_json_is_one_line_with_clients_that_work_and_polls_that_differ(tmp_path: Path) -> None:
    """Must show 1: two different, correct polls."""
    process = start("--json", "--data", str(tmp_path / "data"))
    line = read_until(process, "\n")
    ready = json.loads(line)
    clients = {client["name"]: client for client in ready["clients"]}

    seen = {
        member: {thing["id"] for thing in poll(clients[f"{member}-soc"], ready["api_root"])}
        for member in ("cisa", "twitter")
    }
    discovery = get(clients["auditor"], ready["discovery_url"])
    code, rest, errors = stop(process, signal.SIGTERM)

    assert (code, rest, errors) == (0, "", "")
    assert set(ready) == {"discovery_url", "api_root", "clients"}
    assert set(clients["cisa-soc"]) == {"name", "member", "roles", "password", "token"}
    assert discovery["default"] == ready["api_root"]
    raw = {stix_id for stix_id, (_, thing) in by_id().items() if is_raw(thing)}
    for stix_id, (pushers, thing) in by_id().items():
        cisa, twitter = (stix_id in seen[m] for m in ("cisa", "twitter"))
        strict = bool({AMBER_STRICT, RED} & {*thing["object_marking_refs"]})
        sharing = thing.get("extensions", {}).get(SHARING)
        if sharing is not None:
            assert not (cisa and "audience" in sharing), thing  # none of them names CISA
            continue
        if stix_id in raw:
            assert not cisa, thing
        elif not any(named in json.dumps(thing) for named in ("user-account--", *raw)):
            assert cisa == (pushers != {"cisa"} and not strict), thing
        assert twitter == (pushers != {"twitter"} and not strict), thing


def test_the_samples_are_written_without_a_server(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "samples"
    done = subprocess.run(
        [COMMAND, "demo", "--write", str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    files = sorted(folder.iterdir())
    assert done.stdout == "".join(f"{file}\n" for file in files)
    assert [json.loads(file.read_text()) for file in files] == [part.content for part in story()]


def test_a_folder_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    process = start("--write", str(tmp_path / "file" / "samples"))

    out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (1, "")
    assert "file/samples: Not a directory" in err


def test_a_relative_folder_with_a_space_is_shown_whole_and_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    process = start("--data", "my demo")
    printed = read_until(process, "Serving until Ctrl-C")
    stop(process, signal.SIGTERM)

    assert f"push '{tmp_path}/my demo/sample/1-facebook" in printed
    assert f"Samples, store and log are in '{tmp_path}/my demo'." in printed


def test_ctrl_c_after_the_end_changes_nothing() -> None:
    process = start()
    read_until(process, "Serving until Ctrl-C")
    process.send_signal(signal.SIGINT)
    read_until(process, "Stopped.")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if process.poll() is None:
            process.send_signal(number)

    assert process.wait(30) == 0
    process.communicate()


def test_the_temporary_folder_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    process = start("--json")
    read_until(process, "\n")
    assert list(tmp_path.iterdir())

    code, _, _ = stop(process, signal.SIGINT)

    assert code == 0
    assert list(tmp_path.iterdir()) == []


def test_a_used_folder_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    process = start("--data", str(tmp_path))

    out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (1, "")
    assert "is not empty" in err


def test_a_port_that_is_taken_is_a_failure_with_the_reason(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start("--port", str(port), "--data", str(tmp_path / "data"))
        _, err = process.communicate(timeout=120)

    assert process.returncode == 1
    assert err.startswith(f"Port {port} of 127.0.0.1 is in use")
    assert err.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_the_polls_are_shown_side_by_side_with_the_rules(shown: str) -> None:
    assert "seen by CISA?" in shown
    assert "seen by Twitter?" in shown
    assert "accounts" in shown
    assert "TLP:AMBER+STRICT" in shown
    assert "no: its own" in shown
    assert f"of the story's {len(by_id())} objects" in shown
    assert "7 of the story's 11 actions" in shown


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_line_for_curl_works(shown: str) -> None:
    found = re.search(r"^curl .*$", shown, re.MULTILINE)
    assert found is not None

    done = subprocess.run(["sh", "-c", found[0]], capture_output=True, timeout=60, check=True)

    assert len(json.loads(done.stdout)["objects"]) == 5


def test_the_line_for_push_works(shown: str) -> None:
    """From any folder, and without the command on the PATH: `make demo` does not put it there."""
    found = re.search(r"^CLEARINGHOUSE_PASSWORD=.*clearinghouse push .*$", shown, re.MULTILINE)
    assert found is not None

    done = subprocess.run(
        ["sh", "-c", found[0]],
        capture_output=True,
        timeout=60,
        env={"PATH": "/usr/bin:/bin"},
        cwd="/",
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    count = len(story()[0].content["objects"])
    assert f"{count} of {count} objects accepted by from-facebook" in done.stdout


def test_the_lines_for_python_work(shown: str) -> None:
    code = shown[shown.index("from taxii2client") : shown.index("\n\nSamples, store")]

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=60, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "campaign campaign--" in done.stdout


def test_one_publisher_each_kind_of_subscriber_and_an_auditor_are_shown(shown: str) -> None:
    for name in ("facebook-publisher", "cisa-soc", "twitter-soc", "auditor", "operator"):
        assert re.search(rf"^{name} .*\n  password: \S+\n  token:    chk_\S+$", shown, re.MULTILINE)
