"""The pages about other tools say what these tools do."""

from __future__ import annotations

from tests.tools.documentation import MISP, OPENCTI, pages
from tests.tools.results import Results


def test_the_tables_are_what_the_tools_do(results: Results) -> None:
    """``python -m tests.tools.documentation`` writes them anew."""
    for page, text in pages(results):
        assert page.read_text(encoding="utf-8") == text, page.name


def test_the_pages_name_the_versions_that_were_tried(tools: None) -> None:
    lock = (OPENCTI.parents[1] / "requirements" / "tools.lock").read_text(encoding="utf-8")
    for page, package in ((OPENCTI, "pycti"), (MISP, "misp-stix")):
        (version,) = (
            line.split()[0].partition("==")[2]
            for line in lock.splitlines()
            if line.startswith(f"{package}==")
        )
        assert version in page.read_text(encoding="utf-8"), package
