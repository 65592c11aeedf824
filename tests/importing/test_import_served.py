"""Must-show 9: what the server answers after an import is what the file says.

The same file is loaded by a real medallion; ids, versions and order are compared
with its answers too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.differential import data
from tests.differential.medallion_server import running_medallion
from tests.support.coalitions import HEAD, members_toml
from tests.support.servers import DataFolder, RunningServer, run_command
from tests.support.wire import Client

READABLE = (data.RW, data.READ_ONLY, data.EMPTY, data.SCRATCH, data.TIES)


EVERYTHING = {"match_version": "all", "match_spec_version": "2.0,2.1"}


@dataclass(frozen=True, slots=True)
class Imported:
    """A server after an import, and a medallion with the same file."""

    server: RunningServer
    medallion: Client
    report: Any

    def client(self, name: str) -> Client:
        return self.server.client(name).at(f"/{data.ROOT}/collections/")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    folder = tmp_path_factory.mktemp("imported")
    file = folder / "medallion.json"
    file.write_text(json.dumps(data.make_data()), encoding="utf-8")
    made = DataFolder.make(folder / "data", HEAD + members_toml())
    rights = ("--owner", "facebook", "--readers", "cisa", "fbi", "--writers", "twitter")
    report = run_command("import-medallion", file, "--data", made.path, *rights, "--json")
    made.add_usual_clients(["facebook", "twitter", "google", "cisa"])
    made.add_client("aud-facebook", "facebook", "auditor")
    with running_medallion(folder, data.make_data()) as medallion, RunningServer(made) as server:
        yield Imported(server, medallion, json.loads(report))


def rows(client: Client, collection: str, form: str, **query: str) -> list[tuple[str, ...]]:
    """Return id and version (and date) of what a collection lists."""
    path = f"/{data.ROOT}/collections/{collection}/{form}/"
    names = {key: f"match[{key[6:]}]" if key.startswith("match_") else key for key in query}
    query = {names[key]: value for key, value in query.items()}
    objects = client.get(path, query).objects
    if form == "manifest":
        return [(o["id"], o["version"], o["date_added"]) for o in objects]
    return [(o["id"], o.get("modified", o.get("created", ""))) for o in objects]


def manifest_of(collection: str) -> list[dict[str, Any]]:
    """Return the file's own manifest."""
    for one in data.make_data()[data.ROOT]["collections"]:
        if one["id"] == collection:
            return list(one["manifest"])
    raise AssertionError(collection)


@pytest.mark.parametrize("collection", [data.RW, data.READ_ONLY, data.SCRATCH])
def test_ids_versions_and_dates_are_those_of_the_manifest(
    imported: Imported, collection: str
) -> None:
    wanted = [(r["id"], r["version"], r["date_added"]) for r in manifest_of(collection)]

    found = rows(imported.client("pub-facebook"), collection, "manifest", **EVERYTHING)

    assert found == wanted


def test_equal_dates_move_a_microsecond_apart_in_the_manifests_order(imported: Imported) -> None:
    """The issue's text; T-SORT-05 wants dates that are pairwise distinct."""
    found = rows(imported.client("pub-facebook"), data.TIES, "manifest")

    assert [row[0] for row in found] == [r["id"] for r in manifest_of(data.TIES)]
    dates = [row[2] for row in found]
    assert dates == [data.day(1), data.day(2), data.day(2, 1), data.day(3)]


@pytest.mark.parametrize("collection", READABLE)
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"match_version": "all"},
        {"match_version": "first"},
        {"match_version": data.SECOND},
        {"match_spec_version": "2.0"},
        {"match_spec_version": "2.0", "match_version": "all"},
        {"match_type": "indicator,tool"},
        {"match_id": data.INDICATOR, "match_version": "all"},
        {"added_after": "2021-01-06T00:00:00.000000Z"},
        {"limit": "3"},
    ],
)
def test_objects_are_those_that_medallion_lists(
    imported: Imported, collection: str, query: dict[str, str]
) -> None:
    ours = rows(imported.client("pub-facebook"), collection, "objects", **query)

    assert ours == rows(imported.medallion, collection, "objects", **query)


def test_versions_are_those_that_medallion_lists(imported: Imported) -> None:
    """Medallion lists them newest first (A-20), so the order is not compared."""
    for stix_id in (data.INDICATOR, data.TOOL, data.STATEMENT, data.URL, data.CAMPAIGN):
        path = f"/{data.ROOT}/collections/{data.RW}/objects/{stix_id}/versions/"
        ours = imported.client("pub-facebook").get(path).json()["versions"]

        assert sorted(ours) == sorted(imported.medallion.get(path).json()["versions"])


def test_content_is_what_the_file_says(imported: Imported) -> None:
    """INV-VERBATIM, and T-GET-06: no trace of medallion's own properties."""
    everything = {"match[version]": "all", "match[spec_version]": "2.0,2.1"}

    found = imported.client("pub-facebook").get(f"{data.RW}/objects/", everything)

    assert found.objects == [stix for _, stix in data.mixed()]


def test_the_owner_sees_every_collection_with_the_rights_of_the_file(imported: Imported) -> None:
    found = imported.client("pub-facebook").get("").json()["collections"]

    rights = {c["id"]: (c["can_read"], c["can_write"]) for c in found}
    assert rights == {
        data.RW: (True, True),
        data.READ_ONLY: (True, False),
        data.WRITE_ONLY: (False, True),
        data.NEITHER: (False, False),
        data.EMPTY: (True, True),
        data.SCRATCH: (True, True),
        data.TIES: (True, True),
    }


@pytest.mark.parametrize(
    ("client", "collection", "expected"),
    [
        ("sub-cisa", data.RW, (True, False)),
        ("sub-cisa", data.READ_ONLY, (True, False)),
        ("sub-cisa", data.WRITE_ONLY, None),
        ("pub-twitter", data.RW, (False, True)),
        ("pub-twitter", data.WRITE_ONLY, (False, True)),
        ("pub-twitter", data.READ_ONLY, None),
        ("pub-google", data.RW, None),
    ],
)
def test_readers_and_writers_join_the_owner_where_the_file_says_so(
    imported: Imported, client: str, collection: str, expected: tuple[bool, bool] | None
) -> None:
    """Whoever joins nowhere sees nothing of it (INV-SCOPE)."""
    answer = imported.client(client).get(f"{collection}/")

    if expected is None:
        assert answer.status == 404
    else:
        assert (answer.json()["can_read"], answer.json()["can_write"]) == expected


@pytest.mark.parametrize(
    ("client", "status"),
    [("pub-facebook", 200), ("aud-facebook", 200), ("sub-facebook", 404), ("pub-twitter", 404)],
)
def test_statuses_go_to_the_owners_publishers_and_auditors(
    imported: Imported, client: str, status: int
) -> None:
    """A-26; their retention counts from the import, or these old ones would be gone."""
    path = f"/{data.ROOT}/status/{data.MIXED_STATUS}/"

    answer = imported.client(client).get(path)

    assert answer.status == status
    if status == 200:
        assert answer.json() == imported.medallion.get(path).json()


def test_the_owner_may_go_on_where_the_file_ends(imported: Imported) -> None:
    """Lines belong to the owner: its duplicate is known, its DELETE takes what was imported."""
    client = imported.client("pub-facebook")
    known = data.scratch()[0][1]

    pushed = client.post(f"{data.SCRATCH}/objects/", {"objects": [known]}).json()
    deleted = client.delete(f"{data.SCRATCH}/objects/{known['id']}/")

    assert pushed["successes"][0]["message"].startswith("duplicate")
    assert deleted.status == 200
    assert client.get(f"{data.SCRATCH}/objects/{known['id']}/").status == 404


def test_the_report_names_what_is_not_as_in_the_file(imported: Imported) -> None:
    said = {(f["severity"], f["where"].rpartition("/")[2]) for f in imported.report["findings"]}

    assert said == {
        ("warning", data.EMPTY),  # its id is not of version 4
        ("warning", data.TIES),  # a date moved
        ("warning", data.MIXED_STATUS),  # pending for ever
    }
    assert {c["id"]: c["objects"] for c in imported.report["collections"]}[data.RW] == 13
    assert imported.report["statuses"] == 2


def test_the_folder_is_fit_to_serve(imported: Imported) -> None:
    folder: Path = imported.server.folder.path

    assert "ok" in run_command("config", "check", "--data", folder)
