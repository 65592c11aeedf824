"""``clearinghouse pseudonymize`` over files."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from stix_models.pseudonyms import PseudonymKey, key_text, pseudonym
from taxii_server.cli.main import main
from tests.cli.conftest import Run, read_json
from tests.stix_models.pseudonym_bundles import (
    CREATOR,
    KEY,
    left_in,
    make_account,
    make_bundle,
    make_signed,
)

LOGIN = "harbour.lights"


def make_story(*more: dict[str, Any]) -> dict[str, Any]:
    """Return a bundle with an account, a report that names it, and more."""
    account = make_account(account_login=LOGIN, display_name="Jill")
    report = make_signed(
        "report", name="R", published="2020-01-01T00:00:00Z", object_refs=[account["id"]]
    )
    return make_bundle(account, report, *more)


def write(path: Path, bundle: Any) -> Path:
    """Write a bundle as some tool would."""
    path.write_text(json.dumps(bundle, indent=2), encoding="utf-8")
    return path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Return the file of the key of the vectors."""
    file = tmp_path / "key"
    file.write_text(key_text(KEY), encoding="utf-8")
    file.chmod(0o600)
    return file


def test_a_bundle_goes_in_and_one_without_names_comes_out(
    run: Run, tmp_path: Path, key: Path
) -> None:
    out = tmp_path / "out.json"

    result = run("pseudonymize", write(tmp_path / "in", make_story()), "--key-file", key, "-o", out)

    assert result.exit_code == 0, result.output
    assert not left_in(out.read_bytes(), LOGIN)
    account, report = json.loads(out.read_bytes())["objects"]
    assert account["user_id"] == pseudonym(KEY, "twitter", "login", LOGIN)
    assert report["object_refs"] == [account["id"]]
    assert "1 accounts replaced, 1 references" in result.stdout
    assert account["id"] in result.stdout
    assert "account_login, display_name" in result.stdout
    assert LOGIN not in result.output


def test_the_same_input_gives_the_same_bytes_and_twice_is_once(
    run: Run, tmp_path: Path, key: Path
) -> None:
    source = write(tmp_path / "in", make_story(make_signed("campaign", name="Ж\u2028", x_n=1.50)))
    outs = [tmp_path / name for name in ("a", "b", "c")]

    for file, out in zip([source, source, outs[0]], outs, strict=True):
        assert run("pseudonymize", file, "--key-file", key, "-o", out).exit_code == 0

    assert outs[0].read_bytes() == outs[1].read_bytes() == outs[2].read_bytes()


def test_the_bundle_can_go_through_a_pipe(tmp_path: Path, key: Path) -> None:
    """Nothing but the bundle is on standard output then."""
    raw = json.dumps(make_story()).encode()

    result = CliRunner().invoke(main, ["pseudonymize", "-", "--key-file", str(key)], input=raw)

    assert result.exit_code == 0
    assert len(json.loads(result.stdout)["objects"]) == 2
    assert "1 accounts replaced" in result.stderr


def test_a_program_gets_one_line(run: Run, tmp_path: Path, key: Path) -> None:
    story = make_story()
    file, out = write(tmp_path / "in", story), tmp_path / "out"

    found = read_json(run("pseudonymize", file, "--key-file", key, "-o", out, "--json"))

    (replaced,) = found["replaced"]
    assert replaced["old_id"] == story["objects"][0]["id"]
    assert replaced["references"] == 1
    assert replaced["left_out"] == ["account_login", "display_name"]
    assert found["warnings"] == []


def test_a_refusal_says_where_and_writes_nothing(run: Run, tmp_path: Path, key: Path) -> None:
    note = make_signed("note", content=f"by @{LOGIN}", object_refs=[CREATOR])
    channel = make_signed("channel", name="Lights", url=f"https://t.example/{LOGIN}")
    file, out = write(tmp_path / "in", make_story(note, channel)), tmp_path / "out"
    out.write_text("before", encoding="utf-8")

    result = run("pseudonymize", file, "--key-file", key, "-o", out)

    assert result.exit_code == 1
    assert result.stdout == ""
    first, second, hint = result.stderr.splitlines()
    assert first.startswith(f"{file}: /objects/2/content: ")
    assert second.startswith(f"{file}: /objects/3/url: ")
    assert "channel" in second
    assert "Nothing was written" in hint
    assert LOGIN not in result.output
    assert out.read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "key", "out"]
    asked = run("pseudonymize", file, "--key-file", key, "-o", out, "--show-identifiers")
    assert LOGIN in asked.stderr


def test_a_reviewed_refusal_is_let_through(run: Run, tmp_path: Path, key: Path) -> None:
    """The file of a review is the refusal itself, with what the person did not accept cut out."""
    note = make_signed("note", content="Jill is a common name.", object_refs=[CREATOR])
    file, out, review = write(tmp_path / "in", make_story(note)), tmp_path / "out", tmp_path / "r"
    refused = run("pseudonymize", file, "--key-file", key, "-o", out)
    review.write_text("# looked at by two people\n\n" + refused.stderr, encoding="utf-8")

    result = run("pseudonymize", file, "--key-file", key, "-o", out, "--reviewed", review)

    assert result.exit_code == 0, result.output
    assert result.stderr.startswith(f"{file}: /objects/2/content: ")
    review.write_text("whatever\n", encoding="utf-8")
    wrong = run("pseudonymize", file, "--key-file", key, "-o", out, "--reviewed", review)
    assert wrong.exit_code == 1
    assert wrong.stderr.startswith(f"{review}: line 1 ")


def test_redacting_and_short_names_in_words_are_asked_for(
    run: Run, tmp_path: Path, key: Path
) -> None:
    account = make_account(account_login="jack")
    note = make_signed("note", content="@jack did hijack it.", object_refs=[account["id"]])
    file, out = write(tmp_path / "in", make_bundle(account, note)), tmp_path / "out"
    command = ("pseudonymize", file, "--key-file", key, "-o", out)

    codes = [
        run(*command, *options).exit_code
        for options in ([], ["--redact"], ["--whole-words"], ["--redact", "--whole-words"])
    ]

    assert codes == [1, 1, 1, 0]
    content = json.loads(out.read_bytes())["objects"][1]["content"]
    assert content == f"@{pseudonym(KEY, 'twitter', 'login', 'jack')} did hijack it."


def test_while_keys_change_the_old_key_is_given_too(run: Run, tmp_path: Path, key: Path) -> None:
    old = tmp_path / "old"
    old.write_text(key_text(PseudonymKey("k-2019", bytes(32))), encoding="utf-8")
    old.chmod(0o600)
    file, out = write(tmp_path / "in", make_story()), tmp_path / "out"

    run("pseudonymize", file, "--key-file", key, "--previous-key-file", old, "-o", out)

    objects = json.loads(out.read_bytes())["objects"]
    assert [obj["user_id"][:16] for obj in objects[:2]] == ["pseudonym:k-2020", "pseudonym:k-2019"]
    assert objects[2]["relationship_type"] == "duplicate-of"


def test_an_extension_that_a_person_read_is_let_through(
    run: Run, tmp_path: Path, key: Path
) -> None:
    foreign = "extension-definition--99999999-9999-4999-8999-999999999999"
    note = make_signed("campaign", name="C", extensions={foreign: {"grade": "B"}})
    file, out = write(tmp_path / "in", make_story(note)), tmp_path / "out"
    command = ("pseudonymize", file, "--key-file", key, "-o", out)

    refused = run(*command)

    assert refused.exit_code == 1
    assert f"/objects/2/extensions/{foreign}: " in refused.stderr
    assert "--known-extension" in refused.stderr
    assert run(*command, "--known-extension", "mine").exit_code == 2
    assert run(*command, "--known-extension", foreign).exit_code == 0
    assert json.loads(out.read_bytes())["objects"][2]["extensions"] == {foreign: {"grade": "B"}}


def test_who_and_when_are_checked(run: Run, tmp_path: Path, key: Path) -> None:
    both = make_bundle(make_account(user_id="4711471147", account_login=LOGIN))
    file, out = write(tmp_path / "in", both), tmp_path / "out"
    command = ("pseudonymize", file, "--key-file", key, "-o", out)

    assert run(*command).exit_code == 1
    assert run(*command, "--created-by", "me", "--created", "2020-01-01T00:00:00Z").exit_code == 2
    assert run(*command, "--created-by", CREATOR, "--created", "yesterday").exit_code == 2
    done = run(*command, "--created-by", CREATOR, "--created", "2020-01-01T02:00:00+02:00")
    assert done.exit_code == 0
    assert json.loads(out.read_bytes())["objects"][2]["created"] == "2020-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is not JSON"),
        (b"\xff", "is not UTF-8"),
        (b'{"type": "bundle", "objects": [{"type": "x", "a": NaN}]}', "NaN"),
        (b'{"type": "bundle", "a": 1, "a": 2}', "twice"),
        (b"[" * 100_000, "nested too deeply"),
        (
            b'{"type":"bundle","objects":[{"type":"x","a":' + b"[" * 800 + b"]" * 800 + b"}]}",
            "deeply",
        ),
        (b'{"type": "bundle", "a": 1%s}' % (b"0" * 5000), "is not JSON"),
        (b'{"type": "bundle", "a": "\\ud800"}', "surrogate"),
        (b'{"type": "bundle", "a": 1e400}', "infinity"),
        (b'{"objects": []}', "no STIX bundle"),
        (
            b'{"type": "bundle", "objects": [{"type": "user-account", "account_type": "twitter",'
            b' "user_id": "4711", "id": "user-account--11111111-1111-4111-8111-111111111111",'
            b' "object_marking_refs": null}]}',
            "object_marking_refs must be a list",
        ),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_written(
    run: Run, tmp_path: Path, key: Path, content: bytes, problem: str
) -> None:
    (tmp_path / "in").write_bytes(content)

    result = run("pseudonymize", tmp_path / "in", "--key-file", key, "-o", tmp_path / "out")

    assert result.exit_code == 1
    assert result.stderr.startswith(f"{tmp_path / 'in'}: ")
    assert problem in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_key_that_others_can_read_is_refused(run: Run, tmp_path: Path, key: Path) -> None:
    key.chmod(0o644)

    result = run("pseudonymize", write(tmp_path / "in", make_story()), "--key-file", key)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"{key}: ")
    assert result.stdout == ""


def test_an_output_that_cannot_be_written_is_a_sentence(
    run: Run, tmp_path: Path, key: Path
) -> None:
    file, out = write(tmp_path / "in", make_story()), tmp_path / "nowhere" / "out"

    result = run("pseudonymize", file, "--key-file", key, "-o", out)

    assert result.exit_code == 1
    assert str(out) in result.stderr
    assert "Traceback" not in result.output


def test_the_raw_bundle_can_be_replaced_by_the_new_one(run: Run, tmp_path: Path, key: Path) -> None:
    file = write(tmp_path / "in", make_story())
    file.chmod(0o640)

    assert run("pseudonymize", file, "--key-file", key, "-o", file).exit_code == 0

    assert not left_in(file.read_bytes(), LOGIN)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
