"""``clearinghouse key new``: the pseudonym key of a circle, and how key files are read."""

from __future__ import annotations

import os
import secrets
import stat
from datetime import UTC, datetime
from pathlib import Path

import click

from stix_models.pseudonyms import InvalidKeyError, PseudonymKey, key_text, parse_key
from taxii_server.errors import ConfigError

_BYTES = 32
_OWNER_ONLY = 0o600


@click.group()
def key() -> None:
    """Make the key that turns accounts into pseudonyms."""


@key.command()
@click.option(
    "--key-id",
    metavar="ID",
    help="The key's name, which every recipient sees: 3 to 32 of a-z, 0-9 and -. By default "
    "the month and four random digits, such as k-2026-11-3fa9.",
)
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The key file to make; it must not exist.",
)
def new(*, key_id: str | None, out: Path) -> None:
    """Make a new key for one circle of companies.

    The file is readable by its owner only, and no file is ever overwritten: pseudonyms
    made with a lost key match nothing made later. Its text is two lines of TOML, key_id
    and key (32 random bytes in hexadecimal). Pass it to the other companies of the circle
    over a channel that you trust for passwords. Agencies do not get it.
    """
    name = key_id or f"k-{datetime.now(UTC):%Y-%m}-{secrets.token_hex(2)}"
    try:
        made = PseudonymKey(name, secrets.token_bytes(_BYTES))
    except InvalidKeyError as exc:
        raise click.BadParameter(str(exc), param_hint="--key-id") from exc
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except FileExistsError as exc:
        raise ConfigError(
            out, ["exists; keys are never overwritten. Choose another file."]
        ) from exc
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, _OWNER_ONLY)  # whatever the umask says
        file.write(key_text(made))
        file.flush()
        os.fsync(descriptor)
    click.echo(f"{out} holds the key {made.key_id}. Keep a copy where you keep passwords.")


def load_key(path: Path) -> PseudonymKey:
    """Read a key file.

    Raises:
        ConfigError: It cannot be read, others can read or change it, or it holds no key.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read().decode("utf-8")
    except OSError as exc:
        raise ConfigError(path, [f"cannot be read: {exc.strerror}"]) from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(path, ["is no key file: it is not UTF-8 text"]) from exc
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        problem = f"others may read or change this key (mode {mode:o}); run chmod 600 on it"
        raise ConfigError(path, [problem])
    try:
        return parse_key(text)
    except InvalidKeyError as exc:
        raise ConfigError(path, [str(exc)]) from exc
