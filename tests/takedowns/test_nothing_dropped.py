"""Whatever a report holds: no traceback, a valid bundle, and every text of it somewhere in it."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from stix_models.validation import validate
from taxii_server.client.session import ClientError
from taxii_server.client.takedowns.converting import Conversion
from taxii_server.client.takedowns.defanging import plain, refang
from taxii_server.client.takedowns.reading import Form, read_takedown
from tests.takedowns.told import convert_file

PIECES = st.sampled_from(
    [
        "https://twitter[.]com/Some_Name",
        "http://x.com/some_name",
        "hxxps[:]//t[.]me/s/channel_a",
        "https://t.me/channel_a/17",
        "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv",
        "notes504.medium[.]com",
        "https://forum.example/u/12345/some-name",
        "https://forum.example/member.php?u=77",
        "https://Пример.рф/Путь?q=ä",
        "Example[.]ORG",
        "www.example.com:8080",
        "10[.]2[.]3[.]4:443",
        "2001:0db8::0001",
        "d41d8cd98f00b204e9800998ecf8427E",
        "user[@]example[.]net",
        "@a_handle",
        "#hashtag",
        "112 accounts",
        "over 1.2K Pages",
        "About 38,000 accounts followed one or more of these Pages",
        "$1.2 million in spending for ads, paid for mostly in Thai baht",
        "€5,000 and paid in groats",
        "and",
        "Rep.Jim",
        "=HYPERLINK(1)",
        "[comment]",
        "0.9.11.0",
        "—",
        "?",
        "(",
    ]
)
LETTERS = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], whitelist_characters="\n\t"), max_size=12
)
CELLS = st.one_of(
    st.just(""),
    LETTERS,
    st.lists(st.one_of(PIECES, LETTERS), min_size=1, max_size=4).flatmap(
        lambda parts: st.sampled_from([" ", ", ", "\n", ";", " and "]).map(
            lambda between: between.join(parts)
        )
    ),
)
TACTICS = st.one_of(
    st.sampled_from(["", "0. Acqiuring Assets", "1 Acquiring assets", "7 Targeted", "Nonsense"]),
    CELLS,
)
PROCEDURES = st.one_of(
    st.sampled_from(
        [
            *("", "0.9.4 Acquiring X / Twitter accounts", "0.6.2 Acquiring domains"),
            *(
                "7.1.1 Advertising",
                "1.2.3 Posing",
                "0.9.11.0 Petitions",
                "Acquiring TikTok accounts",
            ),
        ]
    ),
    CELLS,
)
KILL_CHAIN_ROWS = st.lists(
    st.tuples(TACTICS, CELLS, PROCEDURES, CELLS, CELLS, CELLS), min_size=1, max_size=4
)
TYPES = st.sampled_from(
    [
        "domain_name",
        "cib_url",
        "telegram_url",
        "sha256",
        "twitter_handle",
        "file_name",
        "adjust",
        "",
    ]
)
INDICATOR_ROWS = st.lists(
    st.tuples(st.one_of(TYPES, CELLS), CELLS, CELLS, CELLS), min_size=1, max_size=4
)
JOINING = frozenset({"and", "or", "und", "et", "y", "и", "also"})


def to_csv(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def convert_bytes(raw: bytes) -> Conversion:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.csv"
        path.write_bytes(raw)
        return convert_file(path)


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for below in value.values():
            yield from texts_in(below)
    elif isinstance(value, list):
        for below in value:
            yield from texts_in(below)


def normal(text: str) -> str:
    """Return a text restored, in small letters, with single blanks."""
    return " ".join(plain(refang(text)).casefold().split())


def check(conversion: Conversion, rows: list[tuple[str, ...]]) -> None:
    objects = conversion.bundle["objects"]
    errors = [
        problem
        for obj in objects
        for problem in validate(obj, accept_undeclared_types=False)
        if problem.severity == "error"
    ]
    assert errors == []
    json.dumps(conversion.bundle).encode()
    told = "\n".join(map(normal, texts_in(objects)))
    for cell in (cell for row in rows for cell in row):
        if normal(cell) not in told:
            words = [word for word in re.findall(r"\w+", normal(cell)) if word not in JOINING]
            assert [word for word in words if word not in told] == [], cell


@given(KILL_CHAIN_ROWS)
@settings(max_examples=300)
def test_every_text_of_a_kill_chain_report_is_in_the_bundle(rows: list[tuple[str, ...]]) -> None:
    header = ("Tactic ", "Technique", "Procedure", "Indicator", "Comments")

    conversion = convert_bytes(to_csv(header, rows))

    check(conversion, rows)
    assert len(conversion.outcomes) == len(rows)


@given(INDICATOR_ROWS)
@settings(max_examples=300)
def test_every_text_of_an_indicator_report_is_in_the_bundle(rows: list[tuple[str, ...]]) -> None:
    header = ("indicator_type", "indicator_value", "comment", "ds")

    conversion = convert_bytes(to_csv(header, rows))

    check(conversion, rows)
    assert len(conversion.outcomes) == len(rows)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
@example(b'Tactic,Indicator\r\n"open')
@example(b"\xff\xfeT\x00")
@example(b"indicator_type,indicator_value\n\xe9")
@settings(max_examples=200)
def test_any_file_is_read_or_refused_with_a_sentence(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.csv"
        path.write_bytes(raw)
        try:
            convert_file(path)
        except ClientError as refusal:
            assert str(refusal).endswith(".")


@given(st.text(max_size=80))
def test_headings_and_any_text_below_them_never_fail(text: str) -> None:
    raw = f"Tactic,Technique,Procedure,Indicator\n{text}\n".encode(errors="replace")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.csv"
        path.write_bytes(raw)
        try:
            read_takedown(path, Form.KILLCHAIN)
        except ClientError as refusal:
            assert re.search("quotation mark|not text", str(refusal))
        else:
            json.dumps(convert_file(path, Form.KILLCHAIN).bundle)
