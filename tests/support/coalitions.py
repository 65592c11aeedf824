"""Coalitions for tests, as the text of ``coalition.toml``."""

from __future__ import annotations

COMPANIES = ("facebook", "twitter", "google", "microsoft")
AGENCIES = ("cisa", "fbi")
MEMBERS = (*COMPANIES, *AGENCIES)

HEAD = '[coalition]\nname = "Test coalition"\n\n'

EVERYBODY_SHARES = """\
[[release]]
name = "everybody sees everything"
from = ["members"]
to = ["members"]
types = ["*"]
up_to = "amber+strict"

"""


def members_toml(
    companies: tuple[str, ...] = COMPANIES, agencies: tuple[str, ...] = AGENCIES
) -> str:
    """Return ``[[member]]`` tables; titles are the names with a capital."""
    kinds = [(name, "company") for name in companies] + [(name, "agency") for name in agencies]
    return "".join(
        f'[[member]]\nname = "{name}"\nkind = "{kind}"\ntitle = "{name.capitalize()}"\n\n'
        for name, kind in kinds
    )


def collection_toml(alias: str, **keys: object) -> str:
    """Return a ``[[collection]]`` table; lists of names and strings only."""
    lines = [f'alias = "{alias}"', f'title = "Group {alias}"']
    for key, value in keys.items():
        shown = f'"{value}"' if isinstance(value, str) else str(list(value)).replace("'", '"')  # type: ignore[call-overload]
        lines.append(f"{key} = {shown}")
    return "[[collection]]\n" + "\n".join(lines) + "\n\n"


def everybody_shares(*extra: str) -> str:
    """Return a coalition in which all is released to all, and these further tables."""
    return HEAD + members_toml() + EVERYBODY_SHARES + "".join(extra)


WRITE_ONLY = "1105e147-e4c1-4566-8fb1-1046d181fbf8"  # ids of the interoperability fixtures
READ_WRITE = "378e5de7-84a4-45e4-8a34-c02a43d0b657"
READ_ONLY = "253900d3-b9dd-46df-8184-469380fae6d2"
MISSING = "d021ecc8-ab8e-41ab-815e-911c7e329f88"
SECOND_ROOT = "taxii2/circle"


def boxes(count: int) -> str:
    """Return ``count`` group collections that only facebook reads and writes."""
    return "".join(
        collection_toml(f"box-{n:03d}", readers=["facebook"], writers=["facebook"])
        for n in range(count)
    )


def conformance() -> str:
    """Return the coalition of the shared server: every mix of rights, and empty boxes."""
    return everybody_shares(
        collection_toml("write-only", id=WRITE_ONLY, readers=["twitter"], writers=["facebook"]),
        collection_toml("read-write", id=READ_WRITE, readers=["facebook"], writers=["facebook"]),
        collection_toml("read-only", id=READ_ONLY, readers=["facebook"], writers=["twitter"]),
        collection_toml(
            "look-only", readers=["twitter"], writers=["twitter"], visible_to=["facebook"]
        ),
        collection_toml("hidden", readers=["twitter"], writers=["twitter"]),
        *(
            collection_toml(
                f"mixed-{n:02d}",
                readers=["facebook"],
                writers=["facebook"],
                media_types=[
                    "application/stix+json;version=2.1",
                    "application/stix+json;version=2.0",
                ],
            )
            for n in range(10)
        ),
        collection_toml("second", root=SECOND_ROOT, readers=["facebook"], writers=["facebook"]),
        boxes(BOXES),
    )


BOXES = 320
