"""``clearinghouse config check``."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run, read_json

BROKEN = "[taxii]\nmax_page = 1\nmax_page_size = 0\n"
ODD_RULE = """
[[release]]
name = "memes"
from = ["companies"]
to = ["companies"]
types = ["x-meme"]
up_to = "red"
"""


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_new_data_folder_is_in_order(run: Run, data: Path) -> None:
    result = run("config", "check", "--data", data)

    assert (result.exit_code, result.output) == (0, f"{data}: ok\n")


def test_every_problem_of_both_files_is_printed(run: Run, data: Path) -> None:
    (data / "server.toml").write_text(BROKEN)
    append(data / "coalition.toml", "[x]\n")

    result = run("config", "check", "--data", data)

    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"{data / 'server.toml'}: [taxii] max_page: unknown key",
        f"{data / 'server.toml'}: [taxii] max_page_size: must be 1 to 10000 objects, is 0",
        f"{data / 'coalition.toml'}: [x]: unknown section",
    ]


def test_a_warning_is_printed_and_is_no_failure(run: Run, data: Path) -> None:
    append(data / "coalition.toml", ODD_RULE)

    result = run("config", "check", "--data", data)

    assert result.exit_code == 0
    assert result.stderr == (
        f"warning: {data / 'coalition.toml'}: [[release]] memes: types: 'x-meme' is no type "
        "known to this server\n"
    )


def test_a_program_reads_problems_and_warnings(run: Run, data: Path) -> None:
    append(data / "coalition.toml", ODD_RULE)
    assert len(read_json(run("config", "check", "--data", data, "--json"))["warnings"]) == 1

    (data / "server.toml").write_text(BROKEN)
    result = run("config", "check", "--data", data, "--json")

    assert result.exit_code == 1
    assert len(json.loads(result.stdout)["problems"]) == 2


def test_a_missing_file_is_a_problem(run: Run, tmp_path: Path) -> None:
    result = run("config", "check", "--data", tmp_path)

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 2
