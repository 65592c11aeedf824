"""From a pasted URL to the one collection that is meant, or a sentence that helps."""

from __future__ import annotations

import pytest

from taxii_server.client.collections import (
    DEFAULT_MAX_CONTENT_LENGTH,
    find_collection,
    read_max_content_length,
)
from taxii_server.client.session import ClientError
from tests.client.fake import COLLECTION, FakeTaxii, collection_resource, refusal

OTHER = "52892447-4d7e-4f70-b94d-d7f22742ff63"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "collections/",
        "collections",
        f"collections/{COLLECTION}/",
        f"collections/{COLLECTION}",
        "collections/from-sample/",
        f"collections/{COLLECTION}/objects/?limit=3",
    ],
)
def test_every_way_to_name_it_leads_to_one_url(fake: FakeTaxii, path: str) -> None:
    with fake.session() as session:
        found = find_collection(session, fake.root_url + path, "read")

    assert found.url == fake.collection_url
    assert found.api_root_url == fake.root_url


def test_an_api_root_stands_for_the_collection_with_the_right(fake: FakeTaxii) -> None:
    fake.collections.append(collection_resource(id=OTHER, alias="feed", can_write=False))
    with fake.session() as session:
        assert find_collection(session, fake.root_url, "write").url == fake.collection_url


def test_several_collections_are_listed(fake: FakeTaxii) -> None:
    fake.collections.append(collection_resource(id=OTHER, alias=None, title="War room"))
    with fake.session() as session, pytest.raises(ClientError) as caught:
        find_collection(session, fake.root_url, "write")

    assert "from-sample (From Sample)" in str(caught.value)
    assert f"{OTHER} (War room): {fake.root_url}collections/{OTHER}/" in str(caught.value)


def test_no_collection_is_an_error(fake: FakeTaxii) -> None:
    fake.collections = []
    with fake.session() as session, pytest.raises(ClientError, match="may not write any"):
        find_collection(session, fake.root_url, "write")


def test_a_collection_without_the_right_is_an_error(fake: FakeTaxii) -> None:
    fake.collections = [collection_resource(can_write=False)]
    with fake.session() as session, pytest.raises(ClientError, match="may not write from-sample"):
        find_collection(session, fake.collection_url, "write")


def test_a_discovery_url_is_answered_with_the_api_roots(fake: FakeTaxii) -> None:
    url = fake.root_url.replace("/coalition/", "/taxii2/")
    with fake.session() as session, pytest.raises(ClientError) as caught:
        find_collection(session, url, "read")

    assert fake.root_url in str(caught.value)


def test_the_limit_of_a_hidden_api_root_is_a_careful_one(fake: FakeTaxii) -> None:
    fake.troubles = [refusal(403)]
    with fake.session() as session:
        assert read_max_content_length(session, fake.root_url) == DEFAULT_MAX_CONTENT_LENGTH
        assert read_max_content_length(session, fake.root_url) == fake.max_content_length
