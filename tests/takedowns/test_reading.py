"""Reports come out of spreadsheets: every way in which these write a table is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from taxii_server.client.session import ClientError
from taxii_server.client.takedowns.outcomes import Kind
from taxii_server.client.takedowns.reading import Form, Takedown, read_takedown
from tests.takedowns.told import DOMAINS, Told, convert_text, kill_chain

HEAD = "Tactic,Technique,Procedure,Indicator"
ROW = "0. Acquiring assets,0.6 Acquiring domains,0.6.2 Acquiring domains,harbor[.]news"


def read(folder: Path, raw: bytes, form: Form = Form.AUTO) -> Takedown:
    path = folder / "report.csv"
    path.write_bytes(raw)
    return read_takedown(path, form)


@pytest.mark.parametrize(
    "raw",
    [
        f"{HEAD}\n{ROW}".encode(),
        f"{HEAD}\r\n{ROW}\r\n".encode(),
        f"{HEAD}\r{ROW}\r".encode(),
        b"\xef\xbb\xbf" + f"{HEAD}\n{ROW}\n".encode(),
        f"{HEAD}\n{ROW}\n".encode("utf-16"),
        f"{HEAD}\n{ROW}\n".replace(",", ";").encode(),
        f"{HEAD}\n{ROW}\n".replace(",", "\t").encode(),
        f"{HEAD}\n{ROW}\n".replace(",", "|").encode(),
        f"sep=;\r\n{HEAD}\n{ROW}\n".replace(",", ";").encode(),
        f"TACTIC , techniques,Procedures ,INDICATORS\n{ROW}\n".encode(),
        f"Tactic (TA),Technique name,Procedure,Indicator of compromise\n{ROW}\n".encode(),
        f"{HEAD},\n{ROW},\n".encode(),
        f"{HEAD},Comments,Source\n{ROW},,\n".encode(),
        "Indicator,Procedure,Technique,Tactic\n{3},{2},{1},{0}\n".format(*ROW.split(",")).encode(),
    ],
    ids=[
        *("no newline at the end", "CRLF", "CR", "BOM", "UTF-16", "semicolons", "tabs", "bars"),
        *(
            "announced delimiter",
            "other spelling",
            "longer spelling",
            "empty column",
            "more columns",
            "other order",
        ),
    ],
)
def test_a_table_is_read_however_it_was_saved(tmp_path: Path, raw: bytes) -> None:
    (row,) = read(tmp_path, raw).rows

    assert row.number == 2
    assert row.cell("indicator") == "harbor[.]news"
    assert row.cell("procedure") == "0.6.2 Acquiring domains"


def test_the_form_is_found_by_the_headings(tmp_path: Path) -> None:
    for heading in ("indicator_type,indicator_value,comment,ds", "Type;Value", "ioc_type,ioc"):
        assert read(tmp_path, f"{heading}\n".encode()).form is Form.INDICATORS
    assert read(tmp_path, f"{HEAD}\n".encode()).form is Form.KILLCHAIN


def test_a_missing_column_is_no_obstacle(tmp_path: Path) -> None:
    (row,) = read(tmp_path, b"Procedure,Indicator\n0.6.2 Acquiring domains,a[.]news\n").rows

    assert (row.cell("tactic"), row.cell("indicator")) == ("", "a[.]news")


def test_text_that_is_not_utf_8_is_announced(tmp_path: Path) -> None:
    takedown = read(tmp_path, f"{HEAD}\n,,,Traor\xe9 \x96 fin\n".encode("latin-1"))

    assert takedown.rows[0].cell("indicator") == "Traoré – fin"  # noqa: RUF001 - what cp1252 means
    assert takedown.remarks == ["not UTF-8: read as Windows-1252; check accents and dashes"]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "is empty."),
        (b" \n", "is empty."),
        (b"PK\x03\x04rest", "save it as CSV"),
        (b"Tactic,Indicator\n\x00\x01", "is not text"),
        (b"Tactic,Indicator\n\x81\xff", "is not UTF-8 text (line 2)"),
        (b"a,b,c\n1,2,3\n", "has no row of headings such as Tactic, Technique"),
        (b'Tactic,Indicator\na,b\nc,"open\nd,e\n', "a quotation mark in row 3 is never closed"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(
    tmp_path: Path, raw: bytes, sentence: str
) -> None:
    with pytest.raises(ClientError) as refused:
        read(tmp_path, raw)

    assert sentence in str(refused.value)
    assert "report.csv" in str(refused.value)


def test_the_wrong_form_is_refused_and_the_right_one_named(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="It reads as --form indicators"):
        read(tmp_path, b"indicator_type,indicator_value\n", Form.KILLCHAIN)


def test_titles_above_the_headings_are_kept(tmp_path: Path) -> None:
    done = convert_text(tmp_path, f"Takedown of May 2024,,,\n\n{HEAD}\n{ROW}\n")

    assert "Takedown of May 2024" in Told.by(done).notes
    assert [(o.row, o.kind) for o in done.outcomes] == [(1, Kind.NOTE), (4, Kind.OBJECTS)]


def test_empty_rows_repeated_rows_and_repeated_headings_are_counted(tmp_path: Path) -> None:
    done = convert_text(tmp_path, f"{HEAD}\n{ROW}\n,,,\n{HEAD}\n{ROW}\n\n")

    assert [(o.row, o.kind) for o in done.outcomes] == [
        (2, Kind.OBJECTS),
        (3, Kind.EMPTY),
        (4, Kind.HEADINGS),
        (5, Kind.REPEATED),
        (6, Kind.EMPTY),
    ]
    assert done.outcomes[3].remarks == ("the same as row 2",)


def test_line_breaks_in_cells_do_not_count_as_rows(tmp_path: Path) -> None:
    done = convert_text(
        tmp_path, kill_chain((*DOMAINS, "a[.]news\n\nb[.]news"), (*DOMAINS, "c.news"))
    )

    assert [outcome.row for outcome in done.outcomes] == [2, 3]
    assert Told.by(done).domains == {"a.news", "b.news", "c.news"}


def test_further_columns_become_notes_about_what_the_row_names(tmp_path: Path) -> None:
    done = convert_text(tmp_path, f"{HEAD},Comments,,Seen\n{ROW},the hub,extra,2024-05-01,more\n")
    told = Told.by(done)

    (note,) = told.of("note")
    assert note["content"].split("\n") == [
        *("Comments: the hub", "column 6: extra", "Seen: 2024-05-01", "column 8: more")
    ]
    (domain,) = told.of("domain-name")
    assert domain["id"] in note["object_refs"]
    assert told.cluster["id"] in note["object_refs"]
