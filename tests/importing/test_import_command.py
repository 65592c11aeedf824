"""``import-medallion``: what is refused, reported, repeated and survived."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from taxii_server.app import COALITION_FILE, open_services
from taxii_server.cli.main import main
from taxii_server.filters import ALL, ObjectFilter
from taxii_server.services.importing import collections as importing
from taxii_server.sharing.coalition import Collection
from taxii_server.sharing.coalition_file import load_coalition
from taxii_server.storage.protocol import PageForm, PageQuery
from tests.differential import data
from tests.support.coalitions import HEAD, collection_toml, members_toml
from tests.support.stix import TLP_GREEN, TLP_RED

WITHHOLD = """\
[[withhold]]
name = "no malware for agencies"
from = ["companies"]
to = ["agencies"]
types = ["malware"]

"""
TAKEN = collection_toml("taken", root="circle1", readers=["twitter"])


@pytest.fixture(scope="module")
def _initial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("initial")
    source = folder / "coalition.toml"
    source.write_text(HEAD + members_toml(("facebook", "twitter"), ("cisa",)) + WITHHOLD + TAKEN)
    made = CliRunner().invoke(
        main, ["init", "--data", str(folder / "data"), "--coalition", str(source)]
    )
    assert made.exit_code == 0, made.output
    return folder / "data"


@pytest.fixture
def folder(_initial: Path, tmp_path: Path) -> Path:
    """Return a data folder of facebook, twitter and cisa that nothing was imported to."""
    shutil.copytree(_initial, tmp_path / "data")
    return tmp_path / "data"


Run = Callable[..., Result]


@pytest.fixture
def run(folder: Path, tmp_path: Path) -> Run:
    """Return a function that imports a content, owned by facebook unless told otherwise."""

    def run_import(content: Any, *options: str, owner: str = "facebook") -> Result:
        file = tmp_path / "medallion.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        arguments = ["import-medallion", str(file), "--data", str(folder), "--owner", owner]
        return CliRunner().invoke(main, [*arguments, *options])

    return run_import


def one_root(*collections: dict[str, Any], path: str = "circle1") -> dict[str, Any]:
    root = {"information": {"title": "T"}, "status": [], "collections": list(collections)}
    return {"/discovery": {}, path: root}


def one_collection(*objects: dict[str, Any], **keys: Any) -> dict[str, Any]:
    dated = [(data.day(n + 1), stix) for n, stix in enumerate(objects)]
    return {**data.make_collection(data.RW, "Title", dated), **keys}


def ids_in(folder: Path, collection: str = data.RW) -> list[str]:
    """Return the ids in a collection's log, oldest first, every version."""
    opened = open_services(folder)
    try:
        wanted = ObjectFilter(versions=ALL, spec_versions=frozenset({"2.0", "2.1"}))
        query = PageQuery(collection, wanted, 0, 1000, 1 << 30, PageForm.MANIFEST)
        text = opened.services.store.read_page(query).text
    finally:
        opened.services.store.close()
    return [record["id"] for record in json.loads(b"[" + text + b"]")]


def configured(folder: Path, collection_id: str = data.RW) -> Collection:
    found = load_coalition(folder / COALITION_FILE).collections
    return next(c for c in found if c.id == collection_id)


def test_a_second_run_says_that_it_is_there_already_and_changes_nothing(
    run: Run, folder: Path
) -> None:
    content = one_root(one_collection(data.make_indicator(1)))
    assert run(content).exit_code == 0
    before = (folder / COALITION_FILE).read_bytes()

    again = run(content)

    assert again.exit_code == 1
    assert "exists already" in again.stderr
    assert "it was imported already; nothing was imported" in again.stderr
    assert "nothing was changed" in again.stderr
    assert (folder / COALITION_FILE).read_bytes() == before
    assert ids_in(folder) == [data.INDICATOR]


def test_an_import_that_died_before_the_end_is_finished_by_the_next(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is written first, ``coalition.toml`` last and at once."""
    content = one_root(one_collection(data.make_indicator(1), data.make_indicator(2)))
    before = (folder / COALITION_FILE).read_bytes()

    def die(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(importing, "_replace_file", die)
        assert run(content).exit_code == 1
    assert (folder / COALITION_FILE).read_bytes() == before
    finished = run(content)

    assert finished.exit_code == 0
    assert ids_in(folder) == [data.stix_id("indicator", 1), data.stix_id("indicator", 2)]
    assert configured(folder).title == "Title"


def test_a_folder_that_a_server_uses_is_refused(run: Run, folder: Path) -> None:
    opened = open_services(folder)
    try:
        refused = run(one_root(one_collection()))
    finally:
        opened.services.store.close()

    assert refused.exit_code == 1
    assert "stop it and try again" in refused.stderr


@pytest.mark.parametrize(
    ("options", "owner", "said"),
    [
        ((), "nobody", "no member 'nobody'"),
        (("--readers", "nobody"), "facebook", "no member or group 'nobody'"),
        (("--readers", "cisa,nobody"), "facebook", "no member or group 'nobody'"),
        (("--readers", "cisa", "nobody"), "facebook", "no member or group 'nobody'"),
        (("--writers", "twitter", "--readers", "x"), "facebook", "no member or group 'x'"),
    ],
)
def test_names_that_nobody_has_are_refused(
    run: Run, folder: Path, options: tuple[str, ...], owner: str, said: str
) -> None:
    before = (folder / COALITION_FILE).read_bytes()

    refused = run(one_root(one_collection()), *options, owner=owner)

    assert refused.exit_code == 1
    assert said in refused.stderr
    assert (folder / COALITION_FILE).read_bytes() == before


def test_a_group_may_read(run: Run, folder: Path) -> None:
    assert run(one_root(one_collection()), "--readers", "members").exit_code == 0

    assert configured(folder).readers == {"facebook", "twitter", "cisa"}


@pytest.mark.parametrize("content", ["", "nonsense", "[]", "{}", '{"/discovery": {}}'])
def test_what_is_no_data_file_is_refused(run: Run, content: str) -> None:
    refused = run(content)

    assert refused.exit_code == 1
    assert "medallion.json: " in refused.stderr


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ('"quotes" and \\ backslash', '"quotes" and \\ backslash'),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("]]\n[[member]]\nname = 'x'", "]] [[member]] name = 'x'"),
        ("ünïcode ☂ \u007f", "ünïcode ☂ \u007f"),
    ],
)
def test_titles_are_quoted(run: Run, folder: Path, title: str, shown: str) -> None:
    """A file from elsewhere cannot write configuration."""
    assert run(one_root(one_collection(title=title))).exit_code == 0

    assert configured(folder).title == shown
    assert len(load_coalition(folder / COALITION_FILE).members) == 3


def test_aliases_and_titles_that_are_taken_get_a_number(run: Run, folder: Path) -> None:
    """T-COL-07; some clients select by title."""
    first = one_collection(title="Taken")
    second = {**first, "id": data.EMPTY, "title": "Taken"}
    third = {**first, "id": data.TIES, "title": "Group taken"}

    assert run(one_root(first, second, third)).exit_code == 0

    made = [configured(folder, one["id"]) for one in (first, second, third)]
    assert [c.alias for c in made] == ["taken-2", "taken-3", "group-taken"]
    assert [c.title for c in made] == ["Taken", "Taken (2)", "Group taken (2)"]


def test_collections_of_the_coalitions_own_root_join_it(run: Run, folder: Path) -> None:
    """Aliases of members, now or later, stay theirs."""
    content = one_root(one_collection(title="For CISA"), path="coalition")

    assert run(content).exit_code == 0

    assert (configured(folder).root, configured(folder).alias) == ("coalition", "imported-for-cisa")


@pytest.mark.parametrize("path", ["taxii2", "healthz", "a/collections", "with space", "..", "a?b"])
def test_a_root_at_a_path_that_cannot_be_served_is_reported(
    run: Run, folder: Path, path: str
) -> None:
    content = {**one_root(one_collection(), path=path)}
    content["good"] = one_root(one_collection(id=data.TIES))["circle1"]

    done = run(content)

    assert done.exit_code == 0
    assert f"not imported: /{path}/" in done.stderr
    assert configured(folder, data.TIES).root == "good"


def test_an_id_that_cannot_stand_in_a_url_is_reported(run: Run) -> None:
    done = run(one_root(one_collection(id="a/b"), one_collection()))

    assert done.exit_code == 0
    assert "has an id that cannot stand in a URL" in done.stderr


def test_a_2_0_object_is_kept_only_where_media_types_says_so(run: Run, folder: Path) -> None:
    old = {"type": "tool", "id": data.TOOL, "created": data.FIRST, "modified": data.FIRST, "x": 1}
    both = [data.STIX_2_1, data.STIX_2_0]
    content = one_root(one_collection(old), one_collection(old, id=data.TIES, media_types=both))

    done = run(content)

    assert ids_in(folder, data.RW) == []
    assert ids_in(folder, data.TIES) == [data.TOOL]
    assert "is STIX 2.0, which media_types does not list" in done.stderr


def test_an_invalid_object_is_reported_and_its_neighbours_imported(run: Run, folder: Path) -> None:
    invalid = {**data.make_indicator(2), "pattern": 5}
    deep: Any = {}
    for _ in range(80):
        deep = {"x": deep}
    nested = {**data.make_indicator(3), "x_deep": deep}

    done = run(one_root(one_collection(data.make_indicator(1), invalid, nested)))

    assert ids_in(folder) == [data.INDICATOR]
    assert "/pattern" in done.stderr
    assert data.stix_id("indicator", 3) in done.stderr


def test_one_version_with_two_contents_is_kept_once(run: Run, folder: Path) -> None:
    """Inside a line, a version has one content (INV-AUTHOR)."""
    other = {**data.make_indicator(1), "name": "Other"}

    done = run(one_root(one_collection(data.make_indicator(1), other)))

    assert ids_in(folder) == [data.INDICATOR]
    assert "version-conflict" in done.stderr


def test_what_a_circle_may_not_hold_is_reported(run: Run, folder: Path) -> None:
    """A circle is no way around the policy (``sharing.md`` section 7)."""
    red = {**data.make_indicator(1), "object_marking_refs": [TLP_RED]}
    green = {**data.make_indicator(2), "object_marking_refs": [TLP_GREEN]}
    malware = data.make_object(data.MALWARE, name="M", is_family=False)

    done = run(one_root(one_collection(red, green, malware)), "--readers", "cisa")

    assert ids_in(folder) == [data.stix_id("indicator", 2)]
    assert done.stderr.count("not-for-this-circle") == 2


def test_an_owner_alone_may_hold_what_others_may_not_see(run: Run, folder: Path) -> None:
    red = {**data.make_indicator(1), "object_marking_refs": [TLP_RED]}

    assert run(one_root(one_collection(red))).exit_code == 0

    assert ids_in(folder) == [data.INDICATOR]


def test_another_members_identity_is_refused(run: Run, folder: Path) -> None:
    """INV-AUTHOR: neither as the object's id nor as its author."""
    opened = open_services(folder)
    twitter = opened.services.coalition.member("twitter").identities[0]
    opened.services.store.close()
    signed = {**data.make_indicator(1), "created_by_ref": twitter}
    identity = data.make_object(twitter, name="Twitter", identity_class="organization")

    done = run(one_root(one_collection(signed, identity, data.make_indicator(2))))

    assert ids_in(folder) == [data.stix_id("indicator", 2)]
    assert done.stderr.count("not-the-creator") == 2


def test_a_tlp_marking_is_imported_as_it_is_published_and_not_otherwise(
    run: Run, folder: Path
) -> None:
    """The server supplies it; a file may repeat it word for word."""
    published = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": TLP_GREEN,
        "created": "2017-01-20T00:00:00.000Z",
        "definition_type": "tlp",
        "name": "TLP:GREEN",
        "definition": {"tlp": "green"},
    }
    forged = {**published, "id": TLP_RED, "name": "TLP:RED"}

    done = run(one_root(one_collection(published, forged)))

    assert ids_in(folder) == [TLP_GREEN]
    assert f"{TLP_RED}: " in done.stderr


def test_a_date_ahead_of_the_clock_is_moved_back(run: Run, folder: Path) -> None:
    """A store that is dated far ahead of its clock is refused at start."""
    ahead = [("2990-01-01T00:00:00.000000Z", data.make_indicator(1))]
    collection = data.make_collection(
        data.RW, "Title", [*ahead, (data.day(1), data.make_indicator(2))]
    )

    done = run(one_root(collection))

    opened = open_services(folder)
    newest, now = opened.services.store.facts().newest_date_us, opened.services.clock()
    opened.services.store.close()
    assert newest <= now
    assert "ahead of the clock" in done.stderr
    assert ids_in(folder) == [data.stix_id("indicator", 2), data.INDICATOR]


def test_an_undated_object_is_dated_by_the_import(run: Run, folder: Path) -> None:
    collection = one_collection(data.make_indicator(1))
    collection["objects"].insert(0, data.make_indicator(2))

    done = run(one_root(collection))

    assert ids_in(folder) == [data.INDICATOR, data.stix_id("indicator", 2)]
    assert "has no date_added" in done.stderr


def test_both_forms_of_the_file_give_the_same(run: Run, folder: Path) -> None:
    """Up to 3.0.0 a manifest dates objects, later ``__meta`` in each object."""
    older = data.make_collection(
        data.RW, "Title", data.mixed(), media_types=(data.STIX_2_1, data.STIX_2_0)
    )
    objects = [
        {**stix, "__meta": {"date_added": date, "media_type": data.STIX_2_1}}
        for date, stix in data.mixed()
    ]
    keys = {k: v for k, v in older.items() if k not in {"id", "manifest", "objects"}}
    root = {
        "information": {"title": "T"},
        "status": {},
        "collections": {data.TIES: {**keys, "objects": objects}},
    }

    assert run({**one_root(older), "later": root}).exit_code == 0

    assert (
        ids_in(folder, data.TIES) == ids_in(folder, data.RW) == [s["id"] for _, s in data.mixed()]
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"total_count": 5}, "do not add up"),
        ({"total_count": None}, "has no total_count"),
        ({"status": "new"}, "neither complete nor pending"),
        ({"successes": ["indicator--x"]}, "not a list of objects"),
        ({"successes": [{"id": "a", "version": "b"}] * 2}, "success_count says 1"),
        ({"id": "a/b"}, "has an id"),
    ],
)
def test_a_status_that_no_client_could_read_is_reported(
    run: Run, change: dict[str, Any], said: str
) -> None:
    """T-STAT-02 to T-STAT-06; published example files hold such statuses."""
    status = {**data.make_data()[data.ROOT]["status"][0], **change}
    content = one_root(one_collection())
    content["circle1"]["status"] = [status]

    done = run(content)

    assert done.exit_code == 0
    assert said in done.stderr


def test_the_report_is_one_line_of_json(run: Run) -> None:
    done = run(one_root(one_collection(data.make_indicator(1))), "--json")

    report = json.loads(done.stdout)
    assert report["collections"] == [
        {
            "root": "circle1",
            "id": data.RW,
            "alias": "title",
            "title": "Title",
            "objects": 1,
            "skipped": 0,
        }
    ]
    assert (report["statuses"], report["findings"]) == (0, [])


def test_the_report_for_people_is_a_table(run: Run) -> None:
    done = run(one_root(one_collection(data.make_indicator(1))))

    assert "NOT TAKEN" in done.stdout
    assert "Imported: 1 object version in 1 collection, and 0 statuses." in done.stdout
    assert "warning: API Roots keep their paths, not their titles" in done.stderr


def test_what_is_imported_for_readers_passes_at_the_next_start(run: Run, folder: Path) -> None:
    """A marking that is refused itself does not make what it marks free of unknown markings."""
    statement = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": data.STATEMENT,
        "created": data.FIRST,
        "definition_type": "statement",
        "definition": {"statement": "Mine"},
    }
    red = {
        **statement,
        "id": data.stix_id("marking-definition", 2),
        "object_marking_refs": [TLP_RED],
    }
    marked = {**data.make_indicator(1), "object_marking_refs": [statement["id"]]}
    lost = {**data.make_indicator(2), "object_marking_refs": [red["id"]]}

    done = run(one_root(one_collection(marked, lost, statement, red)), "--readers", "cisa")

    assert ids_in(folder) == [data.INDICATOR, data.STATEMENT]
    assert done.stderr.count("not-for-this-circle") == 2
