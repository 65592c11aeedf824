r"""JSON whose numbers keep the text they were written in.

An object that a profile rewrites travels on with numbers such as ``1.10`` or ``1e400``
exactly as its producer wrote them, which Python's own numbers would not.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

_SURROGATE = re.compile("[\ud800-\udfff]")


class NumberText(str):
    """The text of a number; everything else that is a string is plain text."""

    __slots__ = ()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(
    parse_float=NumberText, parse_int=NumberText, parse_constant=_no_constant
)


def read_exact(text: str) -> Any:
    """Return a JSON value; its numbers are ``NumberText``.

    Raises:
        ValueError: It is not JSON.
    """
    return _decoder.decode(text)


def write_exact(value: Any) -> str:
    r"""Return the JSON text of what ``read_exact`` returns, without white space.

    >>> write_exact(read_exact('{"a": [1.10, 1e400, "1.10", true, null]}'))
    '{"a":[1.10,1e400,"1.10",true,null]}'
    """
    if isinstance(value, NumberText):
        return str(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(k)}:{write_exact(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(write_exact, value)) + "]"
    return json.dumps(value)  # true, false, null


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    # A lone surrogate can only be written as an escape; UTF-8 has none.
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
