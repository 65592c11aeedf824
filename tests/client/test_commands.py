"""``push`` and ``pull`` as a person or a script uses them."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from taxii_server.cli import push_pull
from taxii_server.cli.push_pull import pull, push
from tests.client.fake import LOST, FakeTaxii
from tests.client.make import DAY, make_id, make_object


def run(command: click.Command, *arguments: object, **how: object) -> Result:
    """Run a command with the password in the environment unless told otherwise."""
    how.setdefault("env", {"CLEARINGHOUSE_PASSWORD": "pä:ss"})
    return CliRunner().invoke(command, [str(a) for a in arguments], **how)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps({"type": "bundle", "objects": [make_object(1), make_object(2)]}))
    return file


def test_push_takes_several_files_and_says_what_became_of_them(
    fake: FakeTaxii, bundle: Path, tmp_path: Path
) -> None:
    more = tmp_path / "more.jsonl"
    more.write_text(json.dumps(make_object(3)))

    done = run(push, bundle, more, "--url", fake.root_url, "--user", "sam")

    assert done.exit_code == 0, done.output
    assert "3 of 3 objects accepted by from-sample (From Sample)." in done.stdout
    assert len(fake.posts()) == 1


def test_push_exits_with_1_and_lists_failures(fake: FakeTaxii, bundle: Path) -> None:
    fake.failing = {make_id(2): "not-the-creator: no"}

    done = run(push, bundle, "--url", fake.root_url, "--user", "sam")

    assert done.exit_code == 1
    assert f"failure\t{make_id(2)}\t{DAY}\tnot-the-creator: no" in done.stdout


def test_push_json_is_one_line(fake: FakeTaxii, bundle: Path) -> None:
    done = run(push, bundle, "--url", fake.root_url, "--user", "sam", "--json")

    summary = json.loads(done.stdout)
    assert summary["success_count"] == 2
    assert summary["collection"] == fake.collection_url
    assert done.stderr == ""  # no progress where no terminal is


def test_push_reads_standard_input(fake: FakeTaxii, bundle: Path) -> None:
    done = run(push, "-", "--url", fake.root_url, "--user", "sam", input=bundle.read_bytes())

    assert done.exit_code == 0, done.output
    assert len(fake.objects) == 2


def test_pull_writes_what_push_sent(fake: FakeTaxii, bundle: Path, tmp_path: Path) -> None:
    run(push, bundle, "--url", fake.root_url, "--user", "sam")
    out = tmp_path / "out.json"

    done = run(pull, "--url", fake.root_url, "--user", "sam", "--out", out)

    assert done.exit_code == 0, done.output
    assert json.loads(out.read_text())["objects"] == json.loads(bundle.read_text())["objects"]


def test_the_password_comes_from_the_file_before_the_environment(
    fake: FakeTaxii, bundle: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("other\n")

    run(push, bundle, "--url", fake.root_url, "--user", "a", "--password-file", secret)

    assert fake.seen[0].headers["Authorization"] == "Basic YTpvdGhlcg=="


def test_the_password_is_asked_for_last(
    fake: FakeTaxii, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_pull, "can_ask", lambda: True)
    how = {"env": {"CLEARINGHOUSE_PASSWORD": None}, "input": "other\n"}

    done = run(push, bundle, "--url", fake.root_url, "--user", "a", **how)

    assert fake.seen[0].headers["Authorization"] == "Basic YTpvdGhlcg=="
    assert "other" not in done.output


def test_no_password_at_all_is_wrong_usage(fake: FakeTaxii, bundle: Path) -> None:
    how = {"env": {"CLEARINGHOUSE_PASSWORD": None}, "input": ""}

    done = run(push, bundle, "--url", fake.root_url, "--user", "a", **how)

    assert done.exit_code == 2
    assert "CLEARINGHOUSE_PASSWORD" in done.stderr
    assert "--password-file" in done.stderr
    assert "Password of" not in done.output  # not asked where nobody can answer


@pytest.mark.parametrize("option", ["--out", "--state"])
def test_a_place_that_cannot_be_written_is_found_before_the_password_is_asked_for(
    fake: FakeTaxii, tmp_path: Path, option: str
) -> None:
    places = {"--out": tmp_path / "out", "--state": tmp_path / "state"}
    places[option] = tmp_path / "missing" / "file"
    arguments = [word for pair in places.items() for word in pair]

    done = run(
        pull, "--url", fake.root_url, "--user", "a", *arguments, env={"CLEARINGHOUSE_PASSWORD": ""}
    )

    assert done.exit_code == 2
    assert f"{option}: there is no folder {tmp_path / 'missing'}." in done.stderr
    assert fake.seen == []


@pytest.mark.parametrize("output_format", ["jsonl", "bundle"])
def test_pull_writes_to_standard_output(
    fake: FakeTaxii, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, output_format: str
) -> None:
    monkeypatch.chdir(tmp_path)
    things = [make_object(1), make_object(2)]
    fake.add(*things)

    done = run(pull, "--url", fake.root_url, "--user", "a", "--out", "-", "--format", output_format)

    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    whole = output_format == "bundle"
    got = json.loads(done.stdout)["objects"] if whole else [json.loads(line) for line in lines]
    assert got == things
    assert "2 objects from from-sample" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_standard_output_with_a_state_is_wrong_usage(fake: FakeTaxii, tmp_path: Path) -> None:
    state = tmp_path / "state"

    done = run(pull, "--url", fake.root_url, "--user", "a", "--out", "-", "--state", state)

    assert done.exit_code == 2
    assert "--state" in done.stderr
    assert fake.seen == []


def test_a_failure_that_is_retried_is_said_at_once(fake: FakeTaxii, bundle: Path) -> None:
    fake.troubles = [LOST]

    done = run(push, bundle, "--url", fake.root_url, "--user", "a")

    assert done.exit_code == 0
    (line,) = done.stderr.splitlines()
    assert "cannot be reached (the connection was closed without an answer); trying again" in line


@pytest.mark.parametrize("command", [push, pull])
def test_there_is_no_option_for_a_password(command: click.Command) -> None:
    names = {name for parameter in command.params for name in parameter.opts}

    assert not {"--password", "--token", "--secret"} & names


@pytest.mark.parametrize("command", [push, pull])
def test_help_names_every_option_with_a_sentence(command: click.Command) -> None:
    shown = run(command, "--help").stdout

    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.opts[0] in shown


def test_an_error_is_a_sentence_and_exit_code_1(fake: FakeTaxii, bundle: Path) -> None:
    done = run(push, bundle, "--url", fake.root_url + "nope/", "--user", "sam")

    assert done.exit_code == 1
    assert "404" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_missing_is_wrong_usage(fake: FakeTaxii) -> None:
    assert run(push, "missing.json", "--url", fake.root_url, "--user", "sam").exit_code == 2
