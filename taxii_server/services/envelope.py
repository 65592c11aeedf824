"""A request body as the objects in it (TAXII 2.1 section 3.7), untrusted and bounded.

What the whole body gets wrong is 422 and nothing is stored: not UTF-8, not
JSON, nested too deep, no list of objects. What one object gets wrong is that
object's fault and its neighbours go on (T-ADD-28): a name twice, a lone
surrogate, an integer that a double cannot hold. The rules are those of I-JSON
(RFC 7493), which TAXII 2.1 section 1.6.7 refers to.

Each object is decoded on its own by the standard library's C scanner, so that
its text is known and can be kept as sent (INV-VERBATIM): only white space
between tokens goes. Depth is judged by counting brackets, exactly, and first by
the scanner's own recursion guard, which stops a hostile body after some 1,000
levels. Objects are looked at again, slowly and with their paths, only where
something is wrong with them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from json.decoder import scanstring  # type: ignore[attr-defined]  # public in the source, not in the stubs
from typing import Any, NoReturn

from stix_models.describing import pointer_to, shown
from stix_models.problems import Problem
from taxii_server.errors import UnprocessableError

MAX_DEPTH = 64
"""Levels of lists and objects in a body, the envelope itself being the first."""

MAX_OBJECTS = 500_000
"""Objects in one envelope. Far more than fit when they are STIX of the usual size: this bounds
what a body of ten million empty texts costs in memory."""

MAX_FAULTS = 5
"""Faults reported for one object."""

MAX_INTEGER = 2**53 - 1  # what a double holds exactly (RFC 7493 section 2.2)

_INTEGER_DIGITS = 17  # sign and digits; anything longer is too large
_OBJECT_DEPTH = MAX_DEPTH - 2  # of an object: the envelope and its list are around it
_WHITE = re.compile(r"[ \t\n\r]*")
_TEXT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_WHITE_OR_TEXT = re.compile(r'("[^"\\]*+(?:\\.[^"\\]*+)*+")|[ \t\n\r]++')
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_BRACKETS = bytes(set(range(128)) - set(b"[]{}"))
_SQUARE = bytes.maketrans(b"{}", b"[]")


@dataclass(frozen=True, slots=True)
class EnvelopeItem:
    """One element of ``objects``.

    ``text`` is its JSON as sent without white space between tokens. ``value`` is
    the same decoded, or ``None`` if it is no object. With ``faults`` the object is
    refused, and ``value`` serves to name it in the refusal only.
    """

    index: int
    text: str
    value: dict[str, Any] | None
    faults: tuple[Problem, ...] = ()


def read_envelope(body: bytes) -> list[EnvelopeItem]:
    """Return the objects of an envelope, or of a bundle sent in its place (T-ADD-08).

    Args:
        body: As received, without its content encoding; already bounded by
            ``max_content_length``. Untrusted.

    Raises:
        UnprocessableError: The body is not UTF-8 or not JSON, is nested deeper
            than ``MAX_DEPTH``, has no list of objects, or more of them than
            ``MAX_OBJECTS`` (HTTP 422).
    """
    text = _decode(body)
    try:
        return _read_root(text)
    except json.JSONDecodeError as exc:
        raise UnprocessableError(
            f"The body is not JSON: {exc.msg} at character {exc.pos}."
        ) from exc
    except RecursionError as exc:
        raise _too_deep() from exc


def _decode(body: bytes) -> str:
    if body.startswith(b"\xef\xbb\xbf"):
        raise UnprocessableError("The body begins with a byte order mark; send UTF-8 without one.")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise UnprocessableError(f"The body is not UTF-8 at byte {exc.start}.") from exc


def _read_root(text: str) -> list[EnvelopeItem]:
    position = _skip(text, 0)
    if text[position : position + 1] != "{":
        _require_json(text, position)
        raise UnprocessableError("The body must be a JSON object, a TAXII envelope.")
    items: list[EnvelopeItem] | None = None
    names: set[str] = set()
    position = _skip(text, position + 1)
    more = text[position : position + 1] != "}"
    while more:
        name, position = _read_name(text, position)
        if name in names:
            raise UnprocessableError(f"The envelope has the name {shown(name)} twice.")
        names.add(name)
        if name == "objects":
            items, position = _read_objects(text, position)
        else:
            position = _skip_value(text, position)
        position, more = _next(text, position, "}")
    if not names:
        position += 1
    if _skip(text, position) != len(text):
        raise json.JSONDecodeError("extra data", text, position)
    if items is None:
        raise UnprocessableError('The envelope has no "objects".')
    return items


def _read_name(text: str, position: int) -> tuple[str, int]:
    """Return a name and the position of its value."""
    if text[position : position + 1] != '"':
        raise json.JSONDecodeError("a name in quotes is missing", text, position)
    name, position = scanstring(text, position + 1, True)
    position = _skip(text, position)
    if text[position : position + 1] != ":":
        raise json.JSONDecodeError("a colon is missing", text, position)
    return name, _skip(text, position + 1)


def _next(text: str, position: int, end: str) -> tuple[int, bool]:
    """Return the position after a comma or the end, and whether it was a comma."""
    position = _skip(text, position)
    found = text[position : position + 1]
    if found == end:
        return position + 1, False
    if found != ",":
        raise json.JSONDecodeError("a comma or the end is missing", text, position)
    return _skip(text, position + 1), True


def _skip_value(text: str, position: int) -> int:
    """Return the position after the value of a property that TAXII does not know (T-ADD-26)."""
    _, end = _PLAIN.raw_decode(text, position)
    if _may_be_deeper(text, position, end, MAX_DEPTH - 1):
        _require_depth(text[position:end], MAX_DEPTH - 1)
    return end


def _read_objects(text: str, position: int) -> tuple[list[EnvelopeItem], int]:
    if text[position : position + 1] != "[":
        _skip_value(text, position)
        raise UnprocessableError('"objects" must be a list.')
    position = _skip(text, position + 1)
    if text[position : position + 1] == "]":
        raise UnprocessableError('"objects" must not be empty.')
    scanner = _Scanner()
    items: list[EnvelopeItem] = []
    more = True
    while more:
        item, position = scanner.read(text, position, len(items))
        items.append(item)
        if len(items) > MAX_OBJECTS:
            message = f"The envelope has more than {MAX_OBJECTS} objects; split it."
            raise UnprocessableError(message)
        position, more = _next(text, position, "]")
    return items, position


class _Scanner:
    """Decodes one object after the other and notices whether one has a fault."""

    def __init__(self) -> None:
        self._faulty = False
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._to_dict,
            parse_int=self._to_int,
            parse_float=self._to_float,
            parse_constant=_refuse_constant,
        )

    def read(self, text: str, position: int, index: int) -> tuple[EnvelopeItem, int]:
        """Return the element that begins here and the position after it."""
        self._faulty = False
        value, end = self._decoder.raw_decode(text, position)
        if _may_be_deeper(text, position, end, _OBJECT_DEPTH):
            _require_depth(text[position:end], _OBJECT_DEPTH)
        raw = _without_white_space(text[position:end])
        if not isinstance(value, dict):
            fault = _fault((), "not-an-object", f"An object is wanted here; it is {shown(value)}.")
            return EnvelopeItem(index, raw, None, (fault,)), end
        faults: tuple[Problem, ...] = ()
        if self._faulty or _has_lone_surrogate(raw, value):
            faults = _find_faults(raw)
        return EnvelopeItem(index, raw, value, faults), end

    def _to_dict(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            self._faulty = True
        return found

    def _to_int(self, digits: str) -> int:
        if _fits(digits):
            return int(digits)
        self._faulty = True
        return 0

    def _to_float(self, digits: str) -> float:
        value = float(digits)
        if value - value != 0:  # infinite
            self._faulty = True
        return value


def _fits(digits: str) -> bool:
    return len(digits) <= _INTEGER_DIGITS and -MAX_INTEGER <= int(digits) <= MAX_INTEGER


def _refuse_constant(name: str) -> NoReturn:
    raise UnprocessableError(f"The body is not JSON: {name} is not a JSON number.")


def _has_lone_surrogate(raw: str, value: dict[str, Any]) -> bool:
    if _SURROGATE_ESCAPE.search(raw) is None:
        return False
    return _SURROGATE.search(json.dumps(value, ensure_ascii=False)) is not None


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as written; kept so that a fault can be placed."""

    digits: str
    is_faulty: bool


class _Pairs(list[tuple[str, Any]]):
    """An object with all its names, those that occur twice too."""


def _find_faults(raw: str) -> tuple[Problem, ...]:
    decoder = json.JSONDecoder(
        object_pairs_hook=_Pairs,
        parse_int=lambda digits: _Number(digits, not _fits(digits)),
        parse_float=lambda digits: _Number(digits, float(digits) in _INFINITE),
    )
    return tuple(islice(_faults_in(decoder.decode(raw), ()), MAX_FAULTS))


def _faults_in(value: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:
    if isinstance(value, _Pairs):
        names: set[str] = set()
        for name, inner in value:
            if name in names:
                yield _fault(
                    (*path, name), "duplicate-name", f"The name {shown(name)} is twice here."
                )
            names.add(name)
            if _SURROGATE.search(name):
                yield _fault((*path, name), "lone-surrogate", _LONE_SURROGATE)
            yield from _faults_in(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _faults_in(inner, (*path, number))
    elif isinstance(value, str) and _SURROGATE.search(value):
        yield _fault(path, "lone-surrogate", _LONE_SURROGATE)
    elif isinstance(value, _Number) and value.is_faulty:
        yield _fault(path, "number-range", _NUMBER_RANGE)


def _fault(path: tuple[str | int, ...], rule: str, message: str) -> Problem:
    return Problem(pointer_to(path), rule, "error", message)


def _without_white_space(raw: str) -> str:
    """Drop white space between tokens, leaving every token as it was sent."""
    if "\\" in raw:
        return _WHITE_OR_TEXT.sub(r"\1", raw)
    parts = raw.split('"')  # texts are at the odd places
    parts[::2] = ["".join(part.split()) for part in parts[::2]]
    return '"'.join(parts)


def _may_be_deeper(text: str, start: int, end: int, levels: int) -> bool:
    """Return whether there are more opening brackets than levels; nearly always there are not."""
    return text.count("{", start, end) + text.count("[", start, end) > levels


def _require_depth(raw: str, levels: int) -> None:
    """Raise ``UnprocessableError`` if valid JSON is nested deeper than this.

    Without texts and all but brackets, each pass takes the innermost level away.
    """
    brackets = _TEXT.sub("", raw).encode("ascii").translate(_SQUARE, _NOT_BRACKETS)
    for _ in range(levels):
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise _too_deep()


def _require_json(text: str, position: int) -> None:
    """Raise ``json.JSONDecodeError`` if this is no JSON value at all."""
    _PLAIN.decode(text[position:])


def _too_deep() -> UnprocessableError:
    return UnprocessableError(f"The body is nested deeper than {MAX_DEPTH} levels.")


def _skip(text: str, position: int) -> int:
    found = _WHITE.match(text, position)
    return found.end() if found else position


_INFINITE = frozenset({float("inf"), float("-inf")})
_PLAIN = json.JSONDecoder(parse_int=len, parse_float=len, parse_constant=_refuse_constant)
_LONE_SURROGATE = "Half of a surrogate pair is no character; send both halves or neither."
_NUMBER_RANGE = (
    "The number is beyond what a double holds (2**53 - 1 for integers); send it as text."
)
