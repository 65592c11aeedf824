"""``clearinghouse`` itself: help, version, exit codes."""

from __future__ import annotations

import importlib
import importlib.metadata
from pathlib import Path

import click
import pytest

from taxii_server.cli.main import COMMANDS, main
from taxii_server.errors import StorageUnavailableError
from tests.cli.conftest import Run


def test_the_version_is_the_distributions(run: Run) -> None:
    version = importlib.metadata.version("clearinghouse")

    assert run("--version").output == f"clearinghouse, version {version}\n"


def test_the_help_names_every_command(run: Run) -> None:
    output = run("--help").output

    for name in COMMANDS:
        assert f"\n  {name} " in output


def test_lists_of_commands_are_never_cut(run: Run) -> None:
    for words in ((), ("client",), ("member",), ("collection",), ("config",)):
        _, _, listed = run(*words, "--help").output.partition("\nCommands:\n")
        assert listed, words
        assert "..." not in listed, words


def commands(group: click.Group, *path: str) -> list[tuple[str, ...]]:
    """Return the words of every command below a group."""
    context = click.Context(group)
    found = [path]
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found += commands(command, *path, name)
        else:
            found.append((*path, name))
    return found


def test_every_command_explains_itself_and_its_options(run: Run) -> None:
    for words in commands(main):
        result = run(*words, "--help")

        assert result.exit_code == 0, words
        assert "Usage: " in result.output, words
        for parameter in _command(words).params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (words, parameter.name)
                assert parameter.opts[0] in result.output, (words, parameter.name)


def _command(words: tuple[str, ...]) -> click.Command:
    command: click.Command = main
    for word in words:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    return command


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("init",),
        ("client", "add", "a", "--role", "king", "--data", "d"),
        ("client", "add", "--data", "d"),
        ("client", "rotate", "a", "--grace", "soon", "--data", "d"),
        ("config", "check", "--frobnicate"),
    ],
)
def test_wrong_usage_exits_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        (StorageUnavailableError("The store is busy."), "The store is busy.\n"),
        (FileNotFoundError(2, "No such file or directory", "x"), "x: No such file or directory\n"),
        (ZeroDivisionError("oops"), "unexpected failure: ZeroDivisionError: oops\n"),
    ],
)
def test_a_failure_is_one_line_on_standard_error_and_exits_with_1(
    run: Run, monkeypatch: pytest.MonkeyPatch, failure: Exception, line: str
) -> None:
    @click.command()
    def fails() -> None:
        raise failure

    monkeypatch.setattr(importlib, "import_module", lambda _name: _Module(fails))

    result = run("upgrade")

    assert (result.exit_code, result.stdout, result.stderr) == (1, "", line)


class _Module:
    def __init__(self, upgrade: click.Command) -> None:
        self.upgrade = upgrade


def test_the_data_folder_may_come_from_the_environment(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARINGHOUSE_DATA", str(data))

    assert run("member", "list").exit_code == 0
