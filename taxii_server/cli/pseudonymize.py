"""``clearinghouse pseudonymize``: pseudonyms for the accounts of a bundle, before it is pushed."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

from stix_models.identifiers import is_identifier
from stix_models.pseudonyms import (
    CannotRewriteError,
    RewritingOptions,
    rewrite_bundle,
)
from taxii_server.cli.keys import load_key
from taxii_server.cli.pseudonymize_output import show
from taxii_server.client.printing import printable
from taxii_server.client.session import ClientError
from taxii_server.client.state import replacing
from taxii_server.clock import format_us, instant_to_us, parse_instant
from taxii_server.errors import ConfigError

STANDARD = Path("-")
_MARK = re.compile(r"([0-9a-f]{16})(?:\s|$)|.*\[([0-9a-f]{16})\]\s*$")
_HINT = (
    "Nothing was written. Change the bundle in these places. For what is in texts, --redact,"
    " --whole-words and --reviewed are explained by --help."
)


def _identity(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not (is_identifier(value) and value.startswith("identity--")):
        raise click.BadParameter(f"{value!r} is not the id of an identity, identity-- and a UUID.")
    return value


def _time(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return format_us(instant_to_us(parse_instant(value)))
    except ValueError as exc:
        message = f"{value!r} is no time such as 2020-09-01T00:00:00.000Z."
        raise click.BadParameter(message) from exc


def _extensions(
    _ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]
) -> frozenset[str]:
    for name in value:
        if not (is_identifier(name) and name.startswith("extension-definition--")):
            raise click.BadParameter(
                f"{name!r} is not the id of an extension, extension-definition-- and a UUID."
            )
    return frozenset(value)


@click.command()
@click.argument(
    "file", type=click.Path(path_type=Path, dir_okay=False, exists=True, allow_dash=True)
)
@click.option(
    "--key-file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The key of the circle, as clearinghouse key new makes it.",
)
@click.option(
    "--previous-key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="While keys change: the old key. Each account gets its old pseudonym as well, joined "
    "by duplicate-of.",
)
@click.option(
    "-o",
    "--out",
    default=STANDARD,
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="The bundle to write, replaced as a whole. Default: standard output.",
)
@click.option(
    "--redact",
    is_flag=True,
    help="Put the pseudonym where an account's identifier stands as a word in a text or URL.",
)
@click.option(
    "--whole-words",
    is_flag=True,
    help="An identifier of up to 7 characters inside of a longer word (jack in hijack) is shown "
    "and does not refuse.",
)
@click.option(
    "--reviewed",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Places that a person looked at and accepts: the lines of a refusal, or only the mark "
    "in brackets at the end of each. A mark is good for this text and this identifier only.",
)
@click.option(
    "--known-extension",
    "known_extensions",
    metavar="ID",
    multiple=True,
    callback=_extensions,
    help="An extension that is not known here, that a person read and that may stay on what is no "
    "account. May be given several times.",
)
@click.option("--show-identifiers", is_flag=True, help="Show in messages what was found, in clear.")
@click.option(
    "--created-by",
    metavar="IDENTITY",
    callback=_identity,
    help="Who says that two accounts are one; default: the creator of the first object that "
    "names the account.",
)
@click.option(
    "--created", metavar="TIME", callback=_time, help="When; default: when that object was created."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one line of JSON.")
def pseudonymize(
    *,
    file: Path,
    key_file: Path,
    previous_key_file: Path | None,
    out: Path,
    redact: bool,
    whole_words: bool,
    reviewed: Path | None,
    known_extensions: frozenset[str],
    show_identifiers: bool,
    created_by: str | None,
    created: str | None,
    as_json: bool,
) -> None:
    """Replace the accounts in a bundle by keyed pseudonyms.

    FILE is a STIX bundle; - is standard input. Do this before the first push: what was
    pushed with names in it stays where it went.

    Each user-account becomes one with a pseudonym for its user_id or account_login; one
    that has both becomes two, joined by related-to. Names, dates and social-account are
    left out. Every reference to the account follows, in lists, keys and texts; so do the ids
    of the bundle and of the objects that name it, which may be hashes of it. OpenCTI's two
    extensions are removed from all objects, because they repeat names.

    The bundle is refused, and nothing is written, if anything of an account would be
    left: its identifiers in texts, URLs, property names or numbers, in any letters and
    encodings, also inside of longer words; an account that is named and is not in the
    bundle; an extension that is not known; an account without account_type, or with
    neither user_id nor account_login. Each line says where and what to do; identifiers are
    not shown. Exits with 1 then.

    The same input, key and options give the same output; accounts that are pseudonymous
    already stay as they are. What pseudonyms are worth is in docs/pseudonyms.md.
    """
    options = RewritingOptions(
        previous_key=load_key(previous_key_file) if previous_key_file else None,
        created_by_ref=created_by,
        created=created,
        redact=redact,
        whole_words=whole_words,
        reviewed=_read_marks(reviewed) if reviewed else frozenset(),
        known_extensions=known_extensions,
        show_identifiers=show_identifiers,
    )
    key = load_key(key_file)
    source = "standard input" if file == STANDARD else str(file)
    bundle = _parse(_read(file), source)
    try:
        with _working():
            rewritten = rewrite_bundle(bundle, key, options)
    except CannotRewriteError as exc:
        for problem in exc.problems:
            click.echo(printable(f"{source}: {problem.pointer}: {problem.message}"), err=True)
        click.echo(_HINT, err=True)
        raise SystemExit(1) from None
    except RecursionError as exc:
        raise ConfigError(source, ["is nested too deeply"]) from exc
    _write(out, _bundle_text(rewritten.bundle))
    show(rewritten.report, source, as_json=as_json, err=out == STANDARD)


def _read(file: Path) -> bytes:
    return sys.stdin.buffer.read() if file == STANDARD else file.read_bytes()


def _parse(raw: bytes, source: str) -> Any:
    try:
        return json.loads(
            raw.decode("utf-8-sig"), parse_constant=_no_number, object_pairs_hook=_once
        )
    except UnicodeDecodeError as exc:
        raise ConfigError(source, ["is not UTF-8 text"]) from exc
    except json.JSONDecodeError as exc:
        where = f"line {exc.lineno}, column {exc.colno}"
        raise ConfigError(source, [f"is not JSON: {where}: {exc.msg}"]) from exc
    except ValueError as exc:
        raise ConfigError(source, [f"is not JSON: {exc}"]) from exc
    except RecursionError as exc:
        raise ConfigError(source, ["is nested too deeply"]) from exc


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a property that is there twice: one of the two would not be looked at."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a property stands twice in one object")
    return found


def _read_marks(path: Path) -> frozenset[str]:
    marks = set()
    problems = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as exc:
        raise ConfigError(path, ["is not UTF-8 text"]) from exc
    for number, line in enumerate(lines, start=1):
        if line.strip() in {"", _HINT} or line.lstrip().startswith("#"):
            continue
        found = _MARK.match(line.lstrip())
        if found is None:
            problems.append(f"line {number} has no mark, 16 hexadecimal digits, at its end")
        else:
            marks.add(found[1] or found[2])
    if problems:
        raise ConfigError(path, problems)
    return frozenset(marks)


def _bundle_text(bundle: dict[str, Any]) -> bytes:
    """Return the bundle as JSON, one object a line, so that two outputs can be compared."""
    members = {name: value for name, value in bundle.items() if name != "objects"}
    head = _json(members).removesuffix("}")
    if "objects" not in bundle:
        return f"{head}}}\n".encode()
    lines = ",\n".join(map(_json, bundle["objects"]))
    return f'{head},"objects":[\n{lines}\n]}}\n'.encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _write(out: Path, text: bytes) -> None:
    if out == STANDARD:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
        return
    try:
        with replacing(out) as file:
            file.write(text)
    except ClientError as exc:
        click.echo(str(exc), err=True)
        raise SystemExit(1) from None


@contextmanager
def _working() -> Iterator[None]:
    """Show on a terminal that something is going on."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status("Rewriting"):
        yield
