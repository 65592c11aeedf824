"""STIX bundles and TAXII envelopes cut into the raw texts of their objects.

An object travels as the text it came in. Parsing and printing it again would
change numbers (``1.10``, ``1e400``), and a copy that differs is a conflict at the
server. So the JSON parser is only used to find where each object begins and ends;
what is sent and stored is that slice, less the white space between its tokens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from taxii_server.client.session import ClientError

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING_OR_SPACE = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+')


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# Numbers stay text: their value is never used here, and none is too long or too large.
_decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_no_constant)


@dataclass(frozen=True, slots=True)
class StixText:
    """One object as it was found: its JSON text and, to look into, its content.

    ``content`` has text where the object has numbers; it is for names and dates only.
    """

    text: str
    content: Any = field(compare=False, repr=False)

    def text_of(self, name: str) -> str | None:
        """Return a property that is a string, else ``None``."""
        value = self.content.get(name) if isinstance(self.content, Mapping) else None
        return value if isinstance(value, str) else None

    @property
    def id(self) -> str | None:
        return self.text_of("id")

    @property
    def version(self) -> str | None:
        """The object's own version (TAXII 2.1 section 3.4.1), exactly as written."""
        return self.text_of("modified") or self.text_of("created")


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON value of a file or response: its objects, and the other members around them."""

    objects: tuple[StixText, ...]
    members: Mapping[str, Any]


def read_file(path: Path) -> list[StixText]:
    """Return the objects of a file: bundles, envelopes, or bare objects one after the other.

    Raises:
        ClientError: The file cannot be read, is not JSON, or holds no STIX.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise ClientError(f"{path} cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise ClientError(f"{path} is not UTF-8 text.") from exc
    return read_objects(text, str(path))


def read_objects(text: str, source: str) -> list[StixText]:
    """Return the objects of a text; ``source`` names it in errors, which ``read_file`` lists."""
    objects: list[StixText] = []
    for document in read_documents(text, source):
        if not document.objects and not _is_container(document.members):
            raise ClientError(f"{source} holds JSON that is neither a bundle nor a STIX object.")
        objects += document.objects
    return objects


def read_documents(text: str, source: str) -> Iterator[Document]:
    """Yield every JSON value of a text: usually one; one a line in a JSON Lines file."""
    at = _skip(text, 0)
    if at == len(text):
        raise ClientError(f"{source} is empty.")
    while at < len(text):
        value, end = _decode(text, at, source)
        if _is_container(value):
            objects = tuple(_cut_objects(text, at))
            yield Document(objects, {k: v for k, v in value.items() if k != "objects"})
        elif isinstance(value, dict) and isinstance(value.get("type"), str):
            yield Document((StixText(compact(text[at:end]), value),), {})
        else:
            yield Document((), value if isinstance(value, dict) else {})
        at = _skip(text, end)


def compact(text: str) -> str:
    r"""Return JSON without the white space between its tokens; the tokens are untouched.

    >>> compact('{ "a" : 1.10,\n "b c": "x  \\" y" }')
    '{"a":1.10,"b c":"x  \\" y"}'
    """
    return _STRING_OR_SPACE.sub(lambda found: found.group(1) or "", text)


def _is_container(value: object) -> bool:
    """Return whether a value holds objects: a bundle, or an envelope (TAXII section 3.7)."""
    if not isinstance(value, Mapping):
        return False
    if value.get("type") == "bundle":
        return isinstance(value.get("objects", []), list)
    return "type" not in value and (isinstance(value.get("objects"), list) or "more" in value)


def _cut_objects(text: str, at: int) -> Iterator[StixText]:
    """Yield the items of the ``objects`` member of the JSON object at ``at``.

    The text has been decoded once, so it is known to be JSON.
    """
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = _decoder.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)  # past the colon
        if key == "objects" and text[at] == "[":
            at = _skip(text, at + 1)
            while text[at] != "]":
                value, end = _decoder.raw_decode(text, at)
                yield StixText(compact(text[at:end]), value)
                at = _skip_comma(text, end)
            at += 1
        else:
            at = _decoder.raw_decode(text, at)[1]
        at = _skip_comma(text, at)


def _decode(text: str, at: int, source: str) -> tuple[Any, int]:
    try:
        return _decoder.raw_decode(text, at)
    except json.JSONDecodeError as exc:
        raise ClientError(
            f"{source} is not JSON: line {exc.lineno}, column {exc.colno}: {exc.msg}."
        ) from exc
    except ValueError as exc:
        raise ClientError(f"{source} is not JSON: {exc}.") from exc
    except RecursionError as exc:
        raise ClientError(f"{source} is nested too deeply.") from exc


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _skip_comma(text: str, at: int) -> int:
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at
