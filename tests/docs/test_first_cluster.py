"""``docs/first-cluster.md`` is run as a reader would: scripts saved, commands typed, in order.

Shown output is compared line by line; ``…`` in it stands for anything. Replaced are
only the server's address, the publisher's identity, and the passwords that a reader
would paste.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.servers import DataFolder, RunningServer, run_command

PAGE = Path(__file__).parents[2] / "docs" / "first-cluster.md"
BLOCK = re.compile(r"```(python|console)\n(.*?)```", re.DOTALL)
FILE_NAME = re.compile(r"`(\w+\.py)`")
ADDRESS = "http://127.0.0.1:8080"
IDENTITY = "identity--5b1c5d5e-3c1f-4f0a-9f0e-6d2b8a4c7e10"
ANYTHING = "…"


@dataclass
class Reader:
    """Somebody who follows the page in an empty folder."""

    folder: Path
    patch: pytest.MonkeyPatch
    secrets: dict[str, str] = field(default_factory=dict)
    server: RunningServer | None = None
    identity: str = ""

    def save(self, name: str, text: str) -> None:
        (self.folder / name).write_text(self.adapted(text), encoding="utf-8")

    def adapted(self, text: str) -> str:
        """Put what is different for each reader in the place of the page's."""
        text = text.replace(IDENTITY, self.identity)
        return text if self.server is None else text.replace(ADDRESS, self.server.url)

    def type(self, command: str) -> str:
        """Do what a typed command does and return what it prints."""
        words = shlex.split(self.adapted(command).partition("  #")[0])
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            owner = command.rpartition(" ")[2]
            self.patch.setenv(name, self.secrets[owner] if value == ANYTHING else value)
            return ""
        if words[0] in {"python", "sed"}:
            return self._in_a_shell(self.adapted(command))
        assert words[0] == "clearinghouse", command
        if words[1:] == ["serve"]:
            self._serve()
            return ""
        printed = run_command(*words[1:])
        self._remember(words[1:], printed)
        return printed

    def _in_a_shell(self, command: str) -> str:
        command = re.sub("^python ", f"{shlex.quote(sys.executable)} -W error ", command)
        done = subprocess.run(
            ["sh", "-c", command], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    def _serve(self) -> None:
        self.server = RunningServer(DataFolder(self.folder / "try"))
        self.server.start()

    def _remember(self, words: list[str], printed: str) -> None:
        if words[:2] == ["client", "add"]:
            found = re.search(r"^password: (\S+)$", printed, re.MULTILINE)
            assert found is not None
            self.secrets[words[2]] = found[1]
        if words[:2] == ["member", "list"]:
            (line,) = [each for each in printed.splitlines() if each.startswith("facebook ")]
            self.identity = line.split()[-1]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """Yield a reader whose server is stopped at the end."""
    monkeypatch.chdir(tmp_path)
    found = Reader(tmp_path, monkeypatch)
    yield found
    if found.server is not None:
        found.server.stop()


def _steps() -> Iterator[tuple[str, str]]:
    """Yield each script (its name and text) and each command (``$ `` and it, expected output)."""
    page = PAGE.read_text(encoding="utf-8")
    for block in BLOCK.finditer(page):
        if block[1] == "python":
            yield FILE_NAME.findall(page[: block.start()])[-1], block[2]
        else:
            for entry in block[2].removeprefix("$ ").split("\n$ "):
                command, _, shown = entry.partition("\n")
                yield f"$ {command}", shown


def test_the_page_works_as_it_is_written(reader: Reader) -> None:
    for name, text in _steps():
        if not name.startswith("$ "):
            reader.save(name, text)
            continue
        printed = reader.type(name.removeprefix("$ "))
        if text.strip() or name.startswith("$ python"):
            expected = re.escape(text.strip()).replace(ANYTHING, ".*")
            assert re.fullmatch(expected, printed.strip()), f"{name}\n{printed}"

    _the_account_is_withheld_from_agencies(reader)


def _the_account_is_withheld_from_agencies(reader: Reader) -> None:
    """What the page says of the packaged policy, seen by an agency that polls."""
    assert reader.server is not None
    folder = reader.server.folder
    folder.add_client("cisa-soc", "cisa", "subscriber")
    found = reader.server.client("cisa-soc").get("collections/for-cisa/objects/?limit=1000")
    types = {each["type"] for each in json.loads(found.body)["objects"]}

    assert {"channel", "domain-name", "coordinated-account-cluster", "relationship"} <= types
    assert "user-account" not in types
