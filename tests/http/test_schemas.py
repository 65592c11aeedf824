"""``/schemas/<name>.json``: what the extension definitions point at, served to anybody."""

from __future__ import annotations

import pytest

from stix_models.extensions import EXTENSIONS, extension_definition
from tests.http.conftest import Site


@pytest.mark.parametrize("name", [found.name for found in EXTENSIONS])
def test_the_schema_that_a_definition_names_is_served_to_anybody(site: Site, name: str) -> None:
    """Object model section 2."""
    (extension,) = [found for found in EXTENSIONS if found.name == name]

    answer = site.get(f"/schemas/{name}.json", client=None)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/schema+json"
    assert answer.get_json(force=True)["$id"].endswith(f":{name}")
    assert f" {name}.json " in extension_definition(extension)["schema"]


def test_the_list_of_schemas_leads_to_each(site: Site) -> None:
    listed = site.get("/schemas", client=None).get_json()["schemas"]

    assert {f"/schemas/{found.name}.json" for found in EXTENSIONS} <= set(listed)
    for path in listed:
        assert site.get(path, client=None).status_code == 200


@pytest.mark.parametrize("path", ["/schemas/nope.json", "/schemas/..%2fmarkings.json"])
def test_no_other_file_is_served(site: Site, path: str) -> None:
    assert site.get(path, client=None).status_code in {401, 404}
