"""The table fits the terminal; the lines to paste name a program that can be started."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from taxii_server.cli.demo_output import describe, make_table, this_program
from taxii_server.demo.comparison import Row
from taxii_server.demo.server import check_port, free_port, last_words

RULE = "people's accounts stay with industry"
MANY = tuple((f"type-{n}", f"name {n}") for n in range(12) for _ in range(12 - n))
ROWS = [
    Row("facebook", ("yes", "no: its own"), MANY),
    Row("several members", (f"no: {RULE}", "yes"), (("user-account", "dana"),)),
]


def printed(width: int) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=width)
    console.print(make_table(ROWS, ["CISA", "Twitter"], width))
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("width", [80, 100, 110, 150])
def test_a_row_takes_a_few_lines_at_most_however_many_objects_it_stands_for(width: int) -> None:
    lines = printed(width)

    assert all(len(line) <= width for line in lines)
    assert len(lines) <= 3 + 3 * len(ROWS)  # title, headings, a line, the rows


@pytest.mark.parametrize("width", [80, 150])
def test_both_polls_and_the_whole_rule_are_in_the_table(width: int) -> None:
    lines = printed(width)
    shown = " ".join(" ".join(lines).split())

    assert "seen by CISA? seen by Twitter?" in shown
    assert all(word in shown for word in RULE.split())
    assert any("yes" in line and "no: its own" in line for line in lines)


@pytest.mark.parametrize(("wide", "shown_types"), [(False, 4), (True, 7)])
def test_no_object_is_left_out_of_the_counts(wide: bool, shown_types: int) -> None:
    text = describe(ROWS[0], wide=wide)

    counts = [int(found) for found in re.findall(r"(\d+) (?:type-|of other)", text)]
    assert len(counts) == shown_types + 1
    assert sum(counts) == len(MANY)


def test_names_are_shown_where_there_is_room() -> None:
    assert "(dana)" in describe(ROWS[1], wide=True)
    assert "dana" not in describe(ROWS[1], wide=False)


def test_the_program_is_named_by_its_whole_quoted_path(tmp_path: Path) -> None:
    program = tmp_path / "my bin" / "clearinghouse"
    program.parent.mkdir()
    program.touch(0o755)

    assert this_program(str(program)) == shlex.quote(str(program))


def test_a_program_of_another_name_is_started_by_python(tmp_path: Path) -> None:
    words = this_program(str(tmp_path / "main.py"))

    assert words == f"{shlex.quote(sys.executable)} -m taxii_server.cli.main"
    done = subprocess.run(
        ["sh", "-c", f"{words} --version"], capture_output=True, cwd=tmp_path, text=True, check=True
    )
    assert done.stdout.startswith("clearinghouse")


def test_a_port_that_nobody_uses_is_accepted() -> None:
    check_port(free_port())


def test_the_last_words_of_a_server_are_first_what_is_meant_for_people() -> None:
    log = '{"message": "a"}\nserver.toml: no\n' + '{"message": "b"}\n' * 30

    said = last_words(log)

    assert said.startswith("server.toml: no\n\nThe end of its log:\n")
    assert said.count('{"message": "b"}') == 10


def test_a_log_of_records_alone_gives_the_last_message() -> None:
    assert last_words('{"message": "a"}\n{"message": "b"}\n').startswith("b\n")


def test_an_empty_log_is_said_to_be_empty() -> None:
    assert last_words("") == "it logged nothing."
