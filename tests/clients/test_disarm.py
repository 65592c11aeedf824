"""A real framework pushed by one company and pulled equal by another (must show 3).

The file named by CLEARINGHOUSE_TEST_DISARM, or a copy beside the repository, is
used if it exists: the DISARM Foundation's bundle, v1.6. Otherwise a bundle of the
same shape is made: custom types without an extension, microsecond timestamps,
empty descriptions, a statement marking.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from taxii_server.cli.main import main
from tests.conformance.checks import walk
from tests.support.servers import RunningServer
from tests.support.stix import make_id, make_identity, make_relationship, make_sdo, make_statement

BESIDE = Path(__file__).parents[3] / "shared" / "real-data" / "disarm-1.6.stix.json"
MICROSECONDS = "2024-08-02T17:09:50.383226Z"


def read_bundle(folder: Path) -> Path:
    """Return the real bundle's path, or one of its shape made in ``folder``."""
    given = Path(os.environ.get("CLEARINGHOUSE_TEST_DISARM", BESIDE))
    if given.exists():
        return given
    made = folder / "disarm-shaped.json"
    made.write_text(json.dumps(make_bundle(), ensure_ascii=False), encoding="utf-8")
    return made


def make_bundle() -> dict[str, Any]:
    """Return a bundle of the shape of the framework's, 698 objects."""
    author = make_identity(identity_class="organization", description="")
    marking = make_statement("CC BY-SA 4.0", created_by_ref=author["id"])
    common = {
        "created": MICROSECONDS,
        "modified": MICROSECONDS,
        "created_by_ref": author["id"],
        "object_marking_refs": [marking["id"]],
    }
    tactics = [
        make_sdo("x-mitre-tactic", name=f"Tactic {n}", x_mitre_shortname=f"t{n}", **common)
        for n in range(16)
    ]
    patterns = [
        make_sdo(
            "attack-pattern",
            name=f"Technique \u2013 {n}",
            description="",
            kill_chain_phases=[{"kill_chain_name": "mitre-attack", "phase_name": f"t{n % 16}"}],
            external_references=[
                {
                    "source_name": "mitre-attack",
                    "external_id": f"T{n:04d}",
                    "url": "https://a.example",
                }
            ],
            x_mitre_is_subtechnique=n > 100,
            x_mitre_platforms=["Windows", "Linux", "Mac"],
            x_mitre_version="2.1",
            **common,
        )
        for n in range(391)
    ]
    links = [
        make_relationship(
            patterns[n + 101]["id"],
            patterns[n % 101]["id"],
            **{**common, "relationship_type": "subtechnique-of"},
        )
        for n in range(288)
    ]
    matrix = make_sdo(
        "x-mitre-matrix", name="DISARM", tactic_refs=[one["id"] for one in tactics], **common
    )
    objects = [matrix, *links, *patterns, *tactics, marking, author]
    return {"type": "bundle", "id": make_id("bundle"), "objects": objects}


def test_a_framework_pushed_by_one_company_is_pulled_equal_by_another(
    server: RunningServer, tmp_path: Path
) -> None:
    """Must show 3, INV-VERBATIM: every object accepted or with a failure of its own."""
    bundle = read_bundle(tmp_path)
    objects = json.loads(bundle.read_text(encoding="utf-8"))["objects"]
    who = server.folder.clients["pub-twitter"]
    secret = tmp_path / "password"
    secret.write_text(who.password, encoding="utf-8")

    pushed = CliRunner().invoke(
        main,
        ["push", str(bundle), "--url", f"{server.url}/coalition/collections/from-twitter/",
         "--user", who.name, "--password-file", str(secret)],
    )  # fmt: skip
    pages = walk(server.client("sub-facebook"), "collections/for-facebook/objects/", limit=500)

    assert pushed.exit_code == 0, pushed.output
    ids = {one["id"] for one in objects}
    pulled = {one["id"]: one for page in pages for one in page.objects if one["id"] in ids}
    assert len(pulled) == len(objects) == 698
    assert pulled == {one["id"]: one for one in objects}
