"""The client against another TAXII 2.1 server: medallion, as published."""

from __future__ import annotations

import json
from pathlib import Path

from taxii_server.client.bundles import read_objects
from taxii_server.client.pull import OutputFormat, PullOptions, pull_collection
from taxii_server.client.push import push_objects
from taxii_server.client.session import Credentials, TaxiiSession
from tests.client.fake import COLLECTION, collection_resource
from tests.differential.medallion_server import PASSWORD, USER, running_medallion
from tests.support.stix import make_campaign, make_relationship

DATA = {
    "/discovery": {
        "title": "Medallion",
        "default": "http://localhost:5000/circle/",
        "api_roots": ["http://localhost:5000/circle/"],
    },
    "circle": {
        "information": {
            "title": "Circle",
            "versions": ["application/taxii+json;version=2.1"],
            "max_content_length": 20_000,
        },
        "status": [],
        "collections": [
            {
                **collection_resource(),
                "media_types": ["application/stix+json;version=2.1"],
                "objects": [],
                "manifest": [],
            }
        ],
    },
}


def test_push_splits_and_pull_follows_the_pages(tmp_path: Path) -> None:
    campaigns = [make_campaign(description="d" * 100) for _ in range(70)]
    links = [make_relationship(c["id"], campaigns[0]["id"]) for c in campaigns[1:]]
    objects = read_objects(json.dumps({"objects": [*links, *campaigns]}), "test")
    out = tmp_path / "out.jsonl"

    with running_medallion(tmp_path, DATA, max_page_size=25) as medallion:
        url = f"http://127.0.0.1:{medallion.port}/circle/"
        with TaxiiSession(Credentials(user=USER, password=PASSWORD)) as session:
            pushed = push_objects(session, url, objects)
            options = PullOptions(out=out, format=OutputFormat.JSONL)
            pulled = pull_collection(session, url, options)

    assert pushed.collection.url == f"{url}collections/{COLLECTION}/"
    assert pushed.failures == []
    assert pushed.successes == len(objects)
    assert pushed.envelopes > 1
    assert pulled.pulled == len(objects)
    found = [json.loads(line) for line in out.read_text().splitlines()]
    assert {thing["id"] for thing in found} == {item.id for item in objects}
