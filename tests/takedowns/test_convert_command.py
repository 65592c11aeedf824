"""``clearinghouse convert``: what it writes, what it says, and how it ends."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from taxii_server.cli.main import main
from tests.takedowns.reports import example_reports
from tests.takedowns.told import ADS, AT, kill_chain

HARBOR, PRAIRIE = "harbor-voice.killchain.csv", "prairie-echo.indicators.csv"
TELEX = b"indicator_type,indicator_value\ntelex,=1+1\ndomain_name,a[.]news\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with our own reports."""
    for name, raw in example_reports().items():
        (tmp_path / name).write_bytes(raw)
    (tmp_path / "telex.csv").write_bytes(TELEX)
    return tmp_path


def run(folder: Path, *arguments: str, out: str = "bundle.json") -> Result:
    """Convert files of the folder as facebook."""
    shown = [str(folder / each) if each.endswith(".csv") else each for each in arguments]
    command = ["convert", *shown, "--member", "facebook", "-o", str(folder / out)]
    return CliRunner().invoke(main, command)


def bundle_in(folder: Path, name: str = "bundle.json") -> dict[str, Any]:
    bundle: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    return bundle


def cluster_names(bundle: dict[str, Any]) -> list[str]:
    kind = "coordinated-account-cluster"
    return [obj["name"] for obj in bundle["objects"] if obj["type"] == kind]


def test_a_table_tells_row_by_row_what_each_became(folder: Path) -> None:
    done = run(folder, HARBOR)

    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["ROW", "OUTCOME", "BECAME", "TEXT", "REMARKS"]
    assert lines[3].startswith("4    numbers  metric 1204 accounts on facebook")
    assert "tactic 1 read as 0, from 0.9.1" in lines[3]
    assert "17 rows: 8 objects, 4 numbers, 4 note, 1 empty." in done.stdout
    assert done.stderr == ""


def test_the_bundle_names_the_cluster_after_its_file(folder: Path) -> None:
    run(folder, HARBOR)
    assert cluster_names(bundle_in(folder)) == ["harbor-voice"]

    run(folder, HARBOR, "--name", "Harbor Voice")
    assert cluster_names(bundle_in(folder)) == ["Harbor Voice"]


def test_several_files_become_one_bundle_with_a_cluster_each(folder: Path) -> None:
    done = run(folder, HARBOR, PRAIRIE, "--name", "May 2024")

    assert cluster_names(bundle_in(folder)) == ["May 2024: harbor-voice", "May 2024: prairie-echo"]
    assert done.stdout.splitlines()[0].split()[0] == "FILE"


def test_two_files_of_one_name_are_refused(folder: Path) -> None:
    (folder / "again").mkdir()
    (folder / "again" / "telex.csv").write_bytes(TELEX)

    done = run(folder, "telex.csv", "again/telex.csv")

    assert done.exit_code == 1
    assert "would be one cluster, 'telex'" in done.stderr
    assert not (folder / "bundle.json").exists()


def test_with_a_time_the_same_reports_give_the_same_bytes(folder: Path) -> None:
    run(folder, HARBOR, "--created", AT, out="first.json")
    run(folder, HARBOR, "--created", "2024-08-15T14:00:00+02:00", out="second.json")

    assert (folder / "first.json").read_bytes() == (folder / "second.json").read_bytes()


def test_without_a_time_the_ids_are_the_same_and_the_time_is_now(folder: Path) -> None:
    run(folder, HARBOR, out="first.json")
    run(folder, HARBOR, "--created", AT, out="second.json")

    first, second = bundle_in(folder, "first.json"), bundle_in(folder, "second.json")
    assert [obj["id"] for obj in first["objects"]] == [obj["id"] for obj in second["objects"]]
    assert {len(obj["created"]) for obj in first["objects"] if "created" in obj} == {len(AT)}


def test_a_corrected_report_is_a_newer_version_of_the_same_objects(folder: Path) -> None:
    later = "2024-09-01T00:00:00.000Z"
    run(folder, HARBOR, "--created", AT, "--modified", later)

    dated = [obj for obj in bundle_in(folder)["objects"] if "modified" in obj]
    assert {(obj["created"], obj["modified"]) for obj in dated} == {(AT, later)}
    assert run(folder, HARBOR, "--created", later, "--modified", AT).exit_code == 2


@pytest.mark.parametrize(
    ("marking", "ends"),
    [
        (None, "91f868d9b421"),  # amber
        ("clear", "a1a8aa3c8487"),
        ("green", "dfca5abac2bb"),
        ("amber+strict", "375ea402b003"),
        ("red", "e53a884c97c1"),
    ],
)
def test_every_object_is_marked(folder: Path, marking: str | None, ends: str) -> None:
    run(folder, HARBOR, *(["--marking", marking] if marking else []))

    marked = {ref for obj in bundle_in(folder)["objects"] for ref in obj["object_marking_refs"]}
    (only,) = marked
    assert only.endswith(ends)


def test_a_short_name_gets_an_identity_and_an_id_is_taken_as_it_is(folder: Path) -> None:
    run(folder, HARBOR)
    by_name = bundle_in(folder)["objects"]
    member = "identity--5b1c5d5e-3c1f-4f0a-9f0e-6d2b8a4c7e10"
    CliRunner().invoke(
        main,
        ["convert", str(folder / HARBOR), "--member", member, "-o", str(folder / "bundle.json")],
    )
    by_id = bundle_in(folder)["objects"]

    assert (by_name[0]["type"], by_name[0]["name"]) == ("identity", "facebook")
    assert {obj["created_by_ref"] for obj in by_name if "created" in obj} == {by_name[0]["id"]}
    assert {obj["created_by_ref"] for obj in by_id if "created" in obj} == {member}


def test_what_is_not_understood_is_said_aloud_and_is_no_failure(folder: Path) -> None:
    done = run(folder, "telex.csv")

    assert done.exit_code == 0
    assert "NOT UNDERSTOOD, whole or in part: 1 rows (telex.csv 2)" in done.stderr
    assert "1 objects, 1 not understood" in done.stdout


def test_the_table_can_be_written_to_a_file(folder: Path) -> None:
    run(folder, "telex.csv", "--report", str(folder / "table.json"))
    done = run(folder, "telex.csv", "--report", str(folder / "table.txt"))

    assert done.exit_code == 0, done.stderr
    records = json.loads((folder / "table.json").read_text())
    assert [(one["row"], one["outcome"]) for one in records] == [
        (2, "not understood"),
        (3, "objects"),
    ]
    with (folder / "table.txt").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["text"] == "'=1+1"  # a spreadsheet must not calculate it
    assert rows[1]["became"] == "domain-name a.news"


def test_json_gives_one_line_for_programs(folder: Path) -> None:
    done = run(folder, "telex.csv", "--json")

    summary = json.loads(done.stdout)
    assert summary["outcomes"] == {"objects": 1, "not understood": 1}
    assert summary["not_understood"] == [{"file": "telex.csv", "row": 2, "text": "=1+1"}]
    assert summary["object_count"] == len(bundle_in(folder)["objects"])


def test_a_bundle_can_go_to_standard_output(folder: Path) -> None:
    command = ["convert", str(folder / HARBOR), "--member", "facebook", "-o", "-"]

    done = CliRunner().invoke(main, command)

    assert cluster_names(json.loads(done.stdout)) == ["harbor-voice"]
    assert "objects in standard output" in done.stderr


@pytest.mark.parametrize("member", ["campaign--5b1c5d5e", "identity--1", ""])
def test_what_is_no_members_name_nor_id_is_refused(folder: Path, member: str) -> None:
    command = ["convert", str(folder / HARBOR), "--member", member, "-o", str(folder / "b.json")]

    done = CliRunner().invoke(main, command)

    assert done.exit_code == 2
    assert "neither a member's short name nor" in done.stderr


@pytest.mark.parametrize(
    ("out", "report", "sentence"),
    [
        (HARBOR, None, "--out would overwrite"),
        (f"./again/../{HARBOR}", None, "--out would overwrite"),
        ("bundle.json", HARBOR, "--report would overwrite"),
        ("both.json", "both.json", "--out and --report are both"),
    ],
)
def test_a_report_is_never_overwritten_by_what_it_becomes(
    folder: Path, out: str, report: str | None, sentence: str
) -> None:
    (folder / "again").mkdir()
    before = (folder / HARBOR).read_bytes()
    more = () if report is None else ("--report", f"{folder}/./{report}")

    done = run(folder, HARBOR, *more, out=out)

    assert done.exit_code == 2
    assert sentence in done.stderr
    assert (folder / HARBOR).read_bytes() == before
    assert not (folder / "both.json").exists()


def test_an_amount_that_was_not_added_is_told_in_table_report_and_json(folder: Path) -> None:
    rows = [(*ADS, "$500 for ads"), (*ADS, "3,200 euros for ads")]
    (folder / "ads.csv").write_text(kill_chain(*rows))
    sentence = "3,200 euros: not added to the ad spend, which is in USD"

    table = run(folder, "ads.csv", "--report", str(folder / "table.json"))
    line = run(folder, "ads.csv", "--json")

    assert "ad spend EUR" not in table.stdout
    assert sentence in table.stdout
    (_, row) = json.loads((folder / "table.json").read_text())
    assert row["became"] == "note"
    assert row["remarks"].startswith(sentence)
    told = [each for each in json.loads(line.stdout)["remarks"] if each.get("row") == 3]
    assert told[0]["text"].startswith(sentence)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ((HARBOR, "--form", "indicators"), 1, "It reads as --form killchain."),
        ((HARBOR, "--created", "yesterday"), 2, "is not a time such as"),
        ((HARBOR, "--marking", "white"), 2, "is not one of"),
        ((HARBOR, "--name", " "), 2, "cannot be empty"),
        (("missing.csv",), 2, "does not exist"),
        ((), 2, "Missing argument"),
    ],
)
def test_wrong_use_is_refused_and_nothing_is_written(
    folder: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    done = run(folder, *arguments)

    assert done.exit_code == code
    assert sentence in done.stderr
    assert not (folder / "bundle.json").exists()


def test_a_member_that_is_no_identity_is_refused(folder: Path) -> None:
    for member in ("identity--1", " "):
        command = ["convert", str(folder / HARBOR), "--member", member, "-o", "-"]
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 2
        assert "neither a member's short name nor the id of an identity" in done.stderr


def test_the_page_shows_what_the_command_says(folder: Path) -> None:
    """The example of ``docs/takedowns.md`` and the table under it."""
    page = (Path(__file__).parents[2] / "docs" / "takedowns.md").read_text(encoding="utf-8")
    table = page.partition("| Tactic |")[2].partition("\n\n")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]
    with (folder / "page.csv").open("w", newline="") as file:
        head = ["Tactic", "Technique", "Procedure", "Indicator", "Comments"]
        csv.writer(file).writerows([head, *rows])
    shown = page.partition("```\nROW ")[2].partition("```")[0].splitlines()[1:]

    said = run(folder, "page.csv").stdout.splitlines()[1:5]

    assert [line.split("  ")[0] for line in shown] == [line.split("  ")[0] for line in said]
    for printed, documented in zip(said, shown, strict=True):
        words = documented.replace("…", " ").split()
        assert [word for word in words if word not in printed] == []


def test_text_of_a_report_cannot_steer_the_terminal(folder: Path) -> None:
    raw = b"Tactic,Indicator\n0. Acquiring assets,\x1b[31mred [bold]text[/bold]\n"
    (folder / "telex.csv").write_bytes(raw)

    done = run(folder, "telex.csv")

    assert "\x1b" not in done.stdout
    assert "[bold]text[/bold]" in done.stdout
