"""``clearinghouse key new``."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from stix_models.pseudonyms import key_text, parse_key
from taxii_server.cli.keys import load_key
from taxii_server.errors import ConfigError
from tests.cli.conftest import Run
from tests.stix_models.pseudonym_bundles import KEY


def test_a_new_key_is_random_and_readable_by_its_owner_only(run: Run, tmp_path: Path) -> None:
    files = [tmp_path / "one", tmp_path / "two"]
    before = os.umask(0)
    try:
        results = [run("key", "new", "-o", file) for file in files]
    finally:
        os.umask(before)

    keys = [parse_key(file.read_text(encoding="utf-8")) for file in files]
    assert [result.exit_code for result in results] == [0, 0]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
    assert keys[0].secret != keys[1].secret
    assert keys[0].key_id != keys[1].key_id
    assert len(keys[0].secret) == 32
    for result, key in zip(results, keys, strict=True):
        assert key.secret.hex() not in result.output
        assert key.key_id in result.stdout


def test_a_key_takes_the_name_that_it_is_given(run: Run, tmp_path: Path) -> None:
    assert run("key", "new", "--key-id", "k-2020", "-o", tmp_path / "key").exit_code == 0

    assert load_key(tmp_path / "key").key_id == "k-2020"


@pytest.mark.parametrize("name", ["K-2020", "k", "k 2020", "k" * 33])
def test_a_name_that_no_pseudonym_can_hold_is_wrong_usage(
    run: Run, tmp_path: Path, name: str
) -> None:
    result = run("key", "new", "--key-id", name, "-o", tmp_path / "key")

    assert result.exit_code == 2
    assert "--key-id" in result.stderr
    assert not (tmp_path / "key").exists()


def test_a_key_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    """What was made with a lost key matches nothing that is made later."""
    file = tmp_path / "key"
    file.write_text("something", encoding="utf-8")

    result = run("key", "new", "-o", file)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"{file}: exists")
    assert file.read_text(encoding="utf-8") == "something"


def test_a_key_is_not_made_through_a_link(run: Run, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    assert run("key", "new", "-o", tmp_path / "link").exit_code == 1
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_is_not_there_is_a_failure(run: Run, tmp_path: Path) -> None:
    result = run("key", "new", "-o", tmp_path / "nowhere" / "key")

    assert result.exit_code == 1
    assert "Traceback" not in result.output


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644])
def test_a_key_that_others_can_read_or_change_is_not_used(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "key"
    file.write_text(key_text(KEY), encoding="utf-8")
    file.chmod(mode)

    with pytest.raises(ConfigError, match="chmod 600"):
        load_key(file)

    file.chmod(0o400)
    assert load_key(file) == KEY


@pytest.mark.parametrize("content", [b"", b"\xff", b'key_id = "k-1"\nkey = "00"'])
def test_what_is_no_key_is_said_without_showing_it(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    file.chmod(0o600)

    with pytest.raises(ConfigError, match="key"):
        load_key(file)
