"""Properties that OpenCTI has no field for, as text that a person can read there.

OpenCTI shows descriptions and notes as Markdown, so properties become a list: terms and
small objects in a line, a list of its own for anything else. Values keep the text they
were sent in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_SHORT = 40  # characters of a term that may stand beside others in a line


def to_prose(title: str, properties: Mapping[str, Any]) -> str:
    """Return a heading and a list of properties; no text if there are none."""
    lines = list(_lines(properties.items()))
    return "\n".join([f"**{title}**", "", *lines]) if lines else ""


def joined(*texts: Any) -> str:
    """Return the texts as paragraphs, without empty ones."""
    return "\n\n".join(str(text) for text in texts if text)


def _lines(properties: Iterable[tuple[str, Any]], depth: int = 0) -> Iterator[str]:
    for name, value in properties:
        yield from _entry(f"{_words(name)}: ", value, depth)


def _entry(label: str, value: Any, depth: int) -> Iterator[str]:
    """Yield an item of a list at a depth, with what belongs below it."""
    start = "  " * depth + "- " + label
    if isinstance(value, dict) and all(map(_fits_a_line, value.values())):
        yield start + "; ".join(f"{_words(k)}: {_plain(v)}" for k, v in value.items())
    elif isinstance(value, dict):
        yield start.rstrip()
        yield from _lines(value.items(), depth + 1)
    elif isinstance(value, list) and all(map(_is_term, value)):
        yield start + ", ".join(map(_plain, value))
    elif isinstance(value, list):
        yield start.rstrip()
        for item in value:
            yield from _entry("", item, depth + 1)
    else:
        yield start + _plain(value).replace("\n", "\n" + "  " * (depth + 1))


def _words(name: str) -> str:
    return name.replace("_", " ")


def _fits_a_line(value: Any) -> bool:
    return not isinstance(value, dict | list) and len(_plain(value).splitlines()) <= 1


def _is_term(value: Any) -> bool:
    """Return whether the value may stand beside others, with a comma between them."""
    return _fits_a_line(value) and len(_plain(value)) <= _SHORT and " " not in _plain(value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else {True: "yes", False: "no"}.get(value, "nothing")
