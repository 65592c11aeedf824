"""The documents say what is true: links lead somewhere, commands and options exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from taxii_server.cli.main import main

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
COMMAND = re.compile(r"(?:^\$ |`)(clearinghouse [^`\n]+)", re.MULTILINE)


def commands() -> Iterator[tuple[str, str]]:
    """Yield each ``clearinghouse …`` command that a document shows."""
    for document in DOCUMENTS:
        for found in COMMAND.finditer(document.read_text(encoding="utf-8")):
            yield document.name, found[1].partition("  #")[0]


def resolve(words: list[str]) -> tuple[click.Command, list[str]]:
    """Return the command that the words name and the words behind it."""
    command: click.Command = main
    while isinstance(command, click.Group) and words:
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"there is no command {words[0]!r}"
        command, words = found, words[1:]
    return command, words


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))

    missing = [link for link in links if not (document.parent / link).exists()]

    assert missing == []


@pytest.mark.parametrize(("document", "line"), list(commands()))
def test_every_command_shown_exists_with_its_options(document: str, line: str) -> None:
    words = [word for word in shlex.split(line)[1:] if word not in {"…", "..."}]
    if not words or words[0].startswith("-"):
        return

    command, rest = resolve(words)

    known = {option for parameter in command.params for option in parameter.opts}
    shown = {word.partition("=")[0] for word in rest if word.startswith("--")}
    assert shown <= known | {"--help"}, f"{document}: {line}"


def test_the_readme_shows_the_two_commands_that_a_newcomer_needs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    for target in ("demo", "test"):
        assert f"$ make {target}\n" in readme
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_continuous_integration_runs_the_readmes_test_command() -> None:
    assert re.search(
        r"^make test$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE
    )


def test_lock_files_name_versions_and_hashes_and_no_index() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert not re.search(r"https?://|--index-url|--find-links", text), lock.name
