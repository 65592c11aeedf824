"""``clearinghouse config check``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from taxii_server.app import open_services
from tests.cli.conftest import Run, read_json
from tests.differential.data import RW, day, make_collection
from tests.support.coalitions import collection_toml
from tests.support.stix import make_sdo

OTHER_IDENTITY = "identity--11111111-1111-4111-8111-111111111111"
OTHER_ID = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
CIRCLE = collection_toml("war-room", readers=["facebook"], writers=["facebook"])
NO_REPORTS = """
[[withhold]]
name = "no reports"
from = ["facebook"]
to = ["cisa"]
types = ["report"]
"""

BROKEN = "[taxii]\nmax_page = 1\nmax_page_size = 0\n"
ODD_RULE = """
[[release]]
name = "memes"
from = ["companies"]
to = ["companies"]
types = ["x-meme"]
up_to = "red"
"""


def one_root(collection: dict[str, Any]) -> dict[str, Any]:
    """Return a data file of medallion with one collection."""
    root = {"information": {"title": "T"}, "status": [], "collections": [collection]}
    return {"/discovery": {}, "circles": root}


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


@pytest.mark.parametrize("name", ["server.toml", "coalition.toml", "clearinghouse.db"])
def test_a_missing_file_is_a_problem(run: Run, data: Path, name: str) -> None:
    (data / name).unlink()

    result = run("config", "check", "--data", data)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"{data / name}: ")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "command", [("config", "check"), ("serve",), ("client", "list"), ("upgrade",)]
)
def test_a_folder_of_something_else_is_said_to_be_none(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    folder = tmp_path / "my data"

    result = run(*command, "--data", folder)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"{folder}: is not a data folder; make one with clearinghouse init --data '{folder}'\n"
    )


def test_a_program_reads_that_it_is_no_data_folder(run: Run, tmp_path: Path) -> None:
    result = run("config", "check", "--data", tmp_path, "--json")

    assert result.exit_code == 1
    assert len(json.loads(result.stdout)["problems"]) == 1


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        (
            "[coalition]\n",
            f'[coalition]\nidentity = "{OTHER_IDENTITY}"\n',
            "[coalition] identity",
        ),
        (
            'name = "fbi"\n',
            f'name = "fbi"\nidentities = ["{OTHER_IDENTITY}"]\n',
            "[[member]] fbi: identities",
        ),
        (
            'alias = "war-room"\n',
            f'alias = "war-room"\nid = "{OTHER_ID}"\n',
            "[[collection]] war-room: id",
        ),
    ],
)
def test_an_id_other_than_the_one_in_the_store_is_a_problem(
    run: Run, data: Path, before: str, after: str, place: str
) -> None:
    """``serve`` would refuse to start."""
    append(data / "coalition.toml", CIRCLE)
    assert run("collection", "list", "--data", data).exit_code == 0  # fixes the circle's id
    file = data / "coalition.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")

    checked = run("config", "check", "--data", data)

    assert checked.exit_code == 1
    assert checked.stderr.startswith(f"{file}: {place}: is fixed as ")
    assert checked.stderr.rstrip().endswith(("the file says " + OTHER_IDENTITY, OTHER_ID))
    assert run("serve", "--data", data).stderr == checked.stderr


def test_a_check_fixes_no_id(run: Run, data: Path) -> None:
    """What is only looked at may still be changed."""
    append(data / "coalition.toml", CIRCLE)
    assert run("config", "check", "--data", data).exit_code == 0

    store = open_services(data, only_look=True).services.store

    assert "collection:coalition:war-room" not in store.fixed_ids()
    store.close()


def test_a_reader_who_may_not_join_a_circle_is_a_problem(run: Run, data: Path) -> None:
    """``serve`` would refuse to start."""
    medallion = data.parent / "medallion.json"
    report = make_sdo("report", name="R", published="2020-01-01T00:00:00Z", object_refs=[])
    report["object_refs"] = [report["id"]]
    content = one_root({**make_collection(RW, "T", [(day(1), report)]), "can_read": True})
    medallion.write_text(json.dumps(content), encoding="utf-8")
    done = run("import-medallion", medallion, "--data", data, "--owner", "facebook")
    assert done.exit_code == 0, done.output
    file = data / "coalition.toml"
    text = file.read_text(encoding="utf-8")
    joined = text.replace('readers = ["facebook"]\n', 'readers = ["facebook", "cisa"]\n')
    assert joined != text
    file.write_text(joined + NO_REPORTS, encoding="utf-8")

    checked = run("config", "check", "--data", data)

    assert checked.exit_code == 1
    assert "[[collection]] t: readers: cisa, facebook cannot join" in checked.stderr
    assert run("serve", "--data", data).stderr == checked.stderr


def test_a_member_that_is_gone_from_the_file_is_a_warning(run: Run, data: Path) -> None:
    file = data / "coalition.toml"
    reddit = '[[member]]\nname = "reddit"\nkind = "company"\ntitle = "Reddit"\n'
    text = file.read_text(encoding="utf-8")
    assert reddit in text
    file.write_text(text.replace(reddit, ""), encoding="utf-8")

    result = run("config", "check", "--data", data)

    assert result.exit_code == 0
    assert result.stderr.startswith(f"warning: {file}: [[member]] reddit: is in the store and no")


def test_a_proxy_without_base_url_is_a_warning(run: Run, data: Path) -> None:
    (data / "server.toml").write_text("[server]\nbehind_proxy = true\n")

    result = run("config", "check", "--data", data)

    assert result.exit_code == 0
    assert result.stderr.startswith(f"warning: {data / 'server.toml'}: [server] base_url: is not")
