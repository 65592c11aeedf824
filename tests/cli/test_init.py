"""``clearinghouse init`` and ``upgrade``."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from taxii_server.settings import packaged_config
from taxii_server.storage.protocol import SCHEMA_VERSION
from tests.cli.conftest import Run, read_json


def test_init_copies_the_packaged_configuration(data: Path) -> None:
    for name in ("server.toml", "coalition.toml", "reference.toml"):
        assert (data / name).read_bytes() == (packaged_config() / name).read_bytes()


def test_init_prints_commands_that_can_be_pasted(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path with a blank is quoted, and a program that is not on PATH is named by its path."""
    program = tmp_path / "bin" / "clearinghouse"
    monkeypatch.setattr(sys, "argv", [str(program), "init"])
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))

    lines = run("init", "--data", tmp_path / "my data").stdout.splitlines()[1:]

    words = [shlex.split(line) for line in lines]
    assert [line[1] for line in words] == ["client", "client", "serve"]
    assert {line[0] for line in words} == {str(program)}
    assert {line[line.index("--data") + 1] for line in words} == {str(tmp_path / "my data")}
    assert {line[line.index("--role") + 1] for line in words[:2]} == {"publisher", "subscriber"}


def test_init_names_the_program_shortly_where_the_shell_finds_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "clearinghouse"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    lines = run("init", "--data", tmp_path / "data").stdout.splitlines()[1:]

    assert all(line.startswith("  clearinghouse ") for line in lines)


def test_init_takes_another_coalition(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[coalition]\nname = "Mine"\n[[member]]\nname = "me"\nkind = "agency"\n')

    assert run("init", "--data", tmp_path / "data", "--coalition", file).exit_code == 0

    (member,) = read_json(run("member", "list", "--data", tmp_path / "data", "--json"))
    assert member["name"] == "me"


def test_init_says_what_is_wrong_with_a_coalition_and_leaves_nothing_behind(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[coalition]\nname = "Mine"\nnme = 1\n')

    result = run("init", "--data", tmp_path / "data", "--coalition", file)

    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"{file}: [coalition] nme: unknown key",
        f"{file}: [[member]]: a coalition needs at least one member",
    ]
    assert not (tmp_path / "data").exists()


def test_init_refuses_a_folder_that_is_in_use(run: Run, data: Path) -> None:
    before = sorted(path.name for path in data.iterdir())

    result = run("init", "--data", data)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"{data}: ")
    assert sorted(path.name for path in data.iterdir()) == before


def test_a_folder_that_was_never_made_is_a_failure(run: Run, tmp_path: Path) -> None:
    result = run("client", "list", "--data", tmp_path / "nowhere")

    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert not (tmp_path / "nowhere").exists()


def test_upgrade_leaves_a_current_store_as_it_is(run: Run, data: Path) -> None:
    found = read_json(run("upgrade", "--data", data, "--json"))

    assert found == {"from": SCHEMA_VERSION, "to": SCHEMA_VERSION}
    assert "already" in run("upgrade", "--data", data).stdout
