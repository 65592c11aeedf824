"""Status resources (T-STAT)."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from click.testing import CliRunner

from taxii_server.access.principal import Principal, Role
from taxii_server.app import open_services
from taxii_server.cli.main import main
from taxii_server.clock import now_us
from taxii_server.errors import NotFoundError
from taxii_server.services.adding import add_objects
from taxii_server.services.reading_status import get_status
from tests.conformance.checks import is_error, require_status
from tests.support.coalitions import SECOND_ROOT, everybody_shares
from tests.support.servers import DataFolder, RunningServer
from tests.support.stix import (
    FIRST,
    envelope,
    make_indicator,
    make_statement,
    make_url,
    newer,
)
from tests.support.wire import TAXII, Client

PUSH = "collections/from-facebook/objects/"


def test_a_status_can_be_read_again_and_is_final(facebook: Client) -> None:
    """T-STAT-01, T-STAT-10, T-INT-13: the same resource as the POST returned, twice."""
    posted = facebook.post(PUSH, envelope(make_indicator()))

    first, second = (facebook.get(f"status/{posted.json()['id']}/") for _ in range(2))

    assert first.status == 200
    assert first.header("Content-Type") == TAXII
    assert first.json() == posted.json()
    assert first.body == second.body


def test_a_status_counts_what_happened(facebook: Client) -> None:
    """T-STAT-02, T-STAT-03, T-STAT-04, T-STAT-05, T-STAT-06, T-STAT-08, T-STAT-09, T-INT-13.

    A complete status never has total_count 0; the mix of successes and failures has both lists.
    """
    broken = make_indicator()
    del broken["pattern"]

    status = facebook.post(PUSH, envelope(make_indicator(), broken, make_url())).json()

    require_status(status)
    assert status["status"] == "complete"
    assert (status["total_count"], status["success_count"], status["failure_count"]) == (3, 2, 1)
    assert status["failures"][0]["message"]


def test_details_name_the_version_as_sent(filled: Client) -> None:
    """T-STAT-07: modified, else created, else the entry's date_added."""
    objects = [newer(make_indicator()), make_statement(), make_url()]
    sent = filled.post("objects/", envelope(*objects)).json()
    versions = {one["id"]: one["version"] for one in sent["successes"]}
    manifest = {one["id"]: one for one in filled.get("manifest/").objects}

    assert versions[objects[0]["id"]] == objects[0]["modified"]
    assert versions[objects[1]["id"]] == FIRST
    assert versions[objects[2]["id"]] == manifest[objects[2]["id"]]["date_added"]


def test_details_of_a_failure_without_dates_name_the_request_timestamp(facebook: Client) -> None:
    """T-STAT-07: there is no entry whose date could be named."""
    broken = {"type": "url", "spec_version": "2.1", "id": f"url--{uuid.uuid4()}"}
    no_modified = make_indicator()
    del no_modified["modified"], no_modified["pattern"]

    status = facebook.post(PUSH, envelope(broken, no_modified)).json()
    versions = {one["id"]: one["version"] for one in status["failures"]}

    assert versions[broken["id"]] == status["request_timestamp"]
    assert versions[no_modified["id"]] == FIRST


@pytest.mark.parametrize(
    "status_id",
    [
        "2d086da7-4bdc-4f91-900e-d77486753710",
        "nonsense",
        "2d086da7-4bdc-4f91-900e",
        "%00",
        "'; drop table status; --",
    ],
)
def test_an_unknown_status_is_404(facebook: Client, status_id: str) -> None:
    """T-STAT-12, T-STAT-14: malformed ids as well, never 500."""
    answer = facebook.get(f"status/{status_id.replace(' ', '%20')}/")

    assert answer.status == 404
    assert is_error(answer)


def test_a_status_is_read_by_the_pushers_member_and_the_coalitions_auditor(
    shared: RunningServer,
) -> None:
    """T-STAT-13, A-26, T-PERM-13: publishers and auditors of the member; 404 for all others."""
    status = shared.client("pub-facebook").post(PUSH, envelope(make_indicator())).json()
    path = f"status/{status['id']}/"

    for name, expected in (
        ("pub-facebook", 200),
        ("both-facebook", 200),
        ("aud-facebook", 200),
        ("auditor", 200),
        ("sub-facebook", 404),
        ("pub-twitter", 404),
        ("sub-cisa", 404),
        ("operator", 404),
    ):
        assert shared.client(name).get(path).status == expected, name
    assert shared.client().get(path).status == 401
    assert shared.client("pub-facebook").get(path, accept="text/html").status == 406


def test_a_status_belongs_to_its_root(facebook: Client) -> None:
    """T-STAT-14: the id is 404 under another root."""
    status = facebook.post(
        f"/{SECOND_ROOT}/collections/second/objects/", envelope(make_indicator())
    ).json()

    assert facebook.get(f"/{SECOND_ROOT}/status/{status['id']}/").status == 200
    assert facebook.get(f"status/{status['id']}/").status == 404


def test_a_status_survives_a_restart_and_is_served_by_every_worker(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """T-STAT-15, INV-STATELESS: two workers, then a stop and a start; page tokens as well."""
    folder = DataFolder.make(tmp_path_factory.mktemp("restart") / "data", everybody_shares())
    folder.add_client("pub-facebook", "facebook", "publisher")
    with RunningServer(folder, workers=2) as server:
        client = server.client("pub-facebook")
        status = client.post(PUSH, envelope(*(make_indicator() for _ in range(3)))).json()
        path = f"status/{status['id']}/"
        page = client.get(PUSH, {"limit": 1}).json()
        seen = {client.get(path).body for _ in range(12)}
        server.restart()
        seen |= {client.get(path).body for _ in range(12)}
        rest = client.get(PUSH, {"limit": 5, "next": page["next"]})

    assert len(seen) == 1
    assert len(rest.objects) == 2


HOUR_US = 3_600_000_000


def test_a_status_is_kept_for_a_day(tmp_path: Path) -> None:
    """T-STAT-11, T-STAT-12: 23 h 59 m after completion it is there, later it is 404."""
    folder = DataFolder.make(tmp_path / "data", everybody_shares())
    time = [now_us()]
    opened = open_services(folder.path, clock=lambda: time[0])
    try:
        services = opened.services
        who = Principal("pub", "facebook", frozenset({Role.PUBLISHER}))
        target = services.coalition.submissions_of("facebook")
        body = json.dumps(envelope(make_indicator())).encode()
        status = add_objects(services, who, target, body, received_us=time[0])

        time[0] += 24 * HOUR_US - HOUR_US // 60
        assert get_status(services, who, "coalition", status.id).body == status.body
        time[0] += HOUR_US
        with pytest.raises(NotFoundError):
            get_status(services, who, "coalition", status.id)
    finally:
        opened.services.store.close()


def test_a_shorter_life_of_statuses_is_refused_at_start(tmp_path: Path) -> None:
    """T-INT-03: less than 24 hours is a configuration error."""
    folder = DataFolder.make(tmp_path / "data", everybody_shares())
    settings = folder.path / "server.toml"
    settings.write_text("[taxii]\nstatus_retention_hours = 23\n", encoding="utf-8")

    done = CliRunner().invoke(main, ["serve", "--data", str(folder.path)])

    assert done.exit_code == 1
    assert "[taxii] status_retention_hours" in done.stderr
