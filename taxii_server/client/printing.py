"""Text of others on a terminal: what a server said must not move the cursor."""

from __future__ import annotations


def printable(text: object, longest: int = 2000) -> str:
    r"""Return what a server said without control characters, for a terminal.

    >>> printable("a\x1b[31mb\n")
    'a [31mb '
    """
    shown = "".join(c if c.isprintable() else " " for c in str(text)[:longest])
    return shown if len(str(text)) <= longest else shown + "…"
