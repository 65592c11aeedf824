"""Pull: every page, once; what was not finished never counts; crashes lose nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from taxii_server.client.pull import OutputFormat, PullOptions, PullReport, merge, pull_collection
from taxii_server.client.session import ClientError
from taxii_server.client.state import PullState, locked, replacing
from taxii_server.clock import format_us
from tests.client.fake import LOST, FakeTaxii, Reply, refusal
from tests.client.make import as_text, make_id, make_object

JSONL = OutputFormat.JSONL


def do_pull(fake: FakeTaxii, out: Path, **options: object) -> PullReport:
    """Pull from the fake with few attempts."""
    with fake.session(attempts=2) as session:
        return pull_collection(session, fake.root_url, PullOptions(out=out, **options))


def lines(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.read_text().splitlines()]


def bundled(out: Path) -> list[dict[str, object]]:
    bundle = json.loads(out.read_text())
    assert bundle["type"] == "bundle"
    return bundle.get("objects", [])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.file"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


@pytest.mark.parametrize("gives_next", [True, False])
def test_all_pages_are_followed(fake: FakeTaxii, out: Path, gives_next: bool) -> None:
    """T-PAG-07, T-PAG-08: by next, and by the last date where a server has no next."""
    fake.gives_next = gives_next
    things = [make_object(n) for n in range(7)]
    fake.add(*things)

    report = do_pull(fake, out)

    assert bundled(out) == things
    assert report.pulled == 7


def test_the_text_is_written_as_it_came(fake: FakeTaxii, out: Path) -> None:
    """INV-VERBATIM."""
    text = '{"type":"x-a","id":"x-a--1","n":1.10,"big":1e400,"u":"\\u00e4ä"}'
    fake.add(text)

    do_pull(fake, out, format=JSONL)

    assert out.read_text() == text + "\n"


def test_every_page_repeats_the_filters(fake: FakeTaxii, out: Path) -> None:
    """TAXII 2.1 section 3.5: the client repeats its original query with next."""
    fake.add(*(make_object(n) for n in range(5)))

    do_pull(fake, out, types=("note", "url"), all_versions=True)

    queries = [seen.query for seen in fake.seen if seen.path.endswith("/objects/")]
    assert len(queries) == 3
    for query in queries:
        assert query["match[type]"] == "note,url"
        assert query["match[version]"] == "all"


def test_a_repeated_pull_appends_only_what_is_new(fake: FakeTaxii, out: Path, state: Path) -> None:
    fake.add(*(make_object(n) for n in range(3)))
    do_pull(fake, out, format=JSONL, state=state)
    fake.add(make_object(3))

    report = do_pull(fake, out, format=JSONL, state=state)

    assert [thing["id"] for thing in lines(out)] == [make_id(n) for n in range(4)]
    assert report.pulled == 1
    assert PullState.load(state).added_after == {fake.collection_url: format_us(4)}


def test_an_empty_pull_changes_nothing(fake: FakeTaxii, out: Path, state: Path) -> None:
    fake.add(make_object(1))
    do_pull(fake, out, state=state)
    before = out.read_bytes(), state.read_bytes()

    do_pull(fake, out, state=state)

    assert (out.read_bytes(), state.read_bytes()) == before


def test_without_a_state_the_output_is_replaced(fake: FakeTaxii, out: Path) -> None:
    out.write_text("something else")
    for format_ in OutputFormat:
        do_pull(fake, out, format=format_)
        assert "something" not in out.read_text()


def test_an_empty_collection_is_a_bundle_without_objects(fake: FakeTaxii, out: Path) -> None:
    do_pull(fake, out)

    assert "objects" not in json.loads(out.read_text())


def test_a_bundle_with_state_keeps_what_it_has_and_takes_newer_versions(
    fake: FakeTaxii, out: Path, state: Path
) -> None:
    kept, old = make_object(1), make_object(2)
    new = make_object(2, modified="2020-10-05T00:00:00Z")
    fake.add(kept, old)
    do_pull(fake, out, state=state)
    fake.add(new)

    do_pull(fake, out, state=state)

    assert bundled(out) == [kept, new]


def test_a_bundle_of_all_versions_keeps_old_ones(fake: FakeTaxii, out: Path, state: Path) -> None:
    old, new = make_object(2), make_object(2, modified="2020-10-05T00:00:00Z")
    fake.add(old)
    do_pull(fake, out, state=state, all_versions=True)
    fake.add(new)

    do_pull(fake, out, state=state, all_versions=True)

    assert bundled(out) == [old, new]


def test_merging_keeps_exact_copies_once_and_different_contents_side_by_side() -> None:
    one, same, other = as_text(
        make_object(1), make_object(1), make_object(1, x="another producer's")
    )

    assert merge([one], [same, other], keep_all=False) == [one, other]


def test_each_filter_has_its_own_place_in_the_state(
    fake: FakeTaxii, out: Path, state: Path
) -> None:
    fake.add(make_object(1))
    do_pull(fake, out, state=state)

    report = do_pull(fake, out, state=state, types=("note",))

    assert report.pulled == 1
    assert len(PullState.load(state).added_after) == 2


def test_a_lost_connection_between_pages_is_made_good(fake: FakeTaxii, out: Path) -> None:
    fake.add(*(make_object(n) for n in range(6)))
    fake.after_pages = {1: [LOST], 2: [refusal(503)]}

    do_pull(fake, out, format=JSONL)

    assert len(lines(out)) == 6


@pytest.mark.parametrize("format_", list(OutputFormat))
def test_a_pull_that_breaks_off_is_repeated_without_loss_or_doubles(
    fake: FakeTaxii, out: Path, state: Path, format_: OutputFormat
) -> None:
    things = [make_object(n) for n in range(6)]
    fake.add(things[0])
    do_pull(fake, out, format=format_, state=state)
    fake.add(*things[1:])
    fake.after_pages = {3: [LOST] * 2}  # 1 is the first pull's, 2 is served, then it goes away
    with pytest.raises(ClientError, match="cannot be reached"):
        do_pull(fake, out, format=format_, state=state)

    do_pull(fake, out, format=format_, state=state)

    found = lines(out) if format_ is JSONL else bundled(out)
    assert found == things


def test_lines_of_a_killed_pull_are_cut_off_also_by_a_pull_to_another_file(
    fake: FakeTaxii, out: Path, state: Path, tmp_path: Path
) -> None:
    fake.add(make_object(1))
    do_pull(fake, out, format=JSONL, state=state)
    length = out.stat().st_size
    killed = PullState.load(state)
    killed.appending_to, killed.appending_from = str(out), length
    killed.save(state)
    with out.open("a") as file:
        file.write('{"half a li')

    do_pull(fake, tmp_path / "other", format=JSONL, state=state)

    assert out.stat().st_size == length
    assert PullState.load(state).appending_to is None


def test_the_state_is_written_after_the_output(
    fake: FakeTaxii, out: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.add(make_object(1))
    seen: list[bool] = []
    save = PullState.save

    def watch(self: PullState, path: Path) -> None:
        if self.added_after:
            seen.append(len(bundled(out)) == 1)
        save(self, path)

    monkeypatch.setattr(PullState, "save", watch)
    do_pull(fake, out, state=state)

    assert seen == [True]


def test_a_server_that_repeats_a_page_for_ever_is_an_error(fake: FakeTaxii, out: Path) -> None:
    page = Reply(200, b'{"more": true, "next": "x", "objects": [{"type": "note"}]}')
    fake.answer = _only_pages(fake, page)
    out.write_text("as before")

    with pytest.raises(ClientError, match="same page again"):
        do_pull(fake, out)
    assert out.read_text() == "as before"


def test_more_without_a_way_on_is_an_error(fake: FakeTaxii, out: Path) -> None:
    fake.answer = _only_pages(fake, Reply(200, b'{"more": true}'))

    with pytest.raises(ClientError, match="not how to ask"):
        do_pull(fake, out)


def test_a_nonsense_date_header_never_becomes_the_cursor(
    fake: FakeTaxii, out: Path, state: Path
) -> None:
    """A-05: a server has sent the literal text ``undefined``."""
    body = json.dumps({"objects": [make_object(1)]}).encode()
    page = Reply(200, body, {"X-TAXII-Date-Added-Last": "undefined"})
    fake.answer = _only_pages(fake, page)

    do_pull(fake, out, state=state)

    assert PullState.load(state).added_after == {}


def test_two_pulls_never_share_a_state_at_once(fake: FakeTaxii, out: Path, state: Path) -> None:
    with locked(state), pytest.raises(ClientError, match="Another pull is using"):
        do_pull(fake, out, state=state)


def test_a_file_that_is_no_state_is_refused(fake: FakeTaxii, out: Path, state: Path) -> None:
    state.write_text("[]")

    with pytest.raises(ClientError, match="not a state that pull wrote"):
        do_pull(fake, out, state=state)
    assert not out.exists()


def test_a_failed_replacement_leaves_the_file_and_no_litter(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_text("old")

    with pytest.raises(ClientError), replacing(file) as new:
        new.write(b"half")
        raise ClientError("stop")

    assert [path.name for path in tmp_path.iterdir()] == ["f"]
    assert file.read_text() == "old"


def test_an_output_that_cannot_be_written_is_a_sentence(fake: FakeTaxii, tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="cannot be written: No such file or directory"):
        do_pull(fake, tmp_path / "no" / "folder")


def _only_pages(fake: FakeTaxii, page: Reply):
    original = fake.answer
    return lambda seen: page if seen.path.endswith("/objects/") else original(seen)
