"""What a bundle tells, in the terms of a report: for tests to compare with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taxii_server.client.takedowns.converting import Conversion, convert
from taxii_server.client.takedowns.objects import Signature, member_identity
from taxii_server.client.takedowns.reading import Form, read_takedown

GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
AT = "2024-08-15T12:00:00.000Z"
SOCIAL = "extension-definition--cc4fc912-bad7-409a-8b73-84e3d7140f7f"


def signature(member: str = "facebook") -> Signature:
    """Return who signs in tests."""
    return Signature(
        created_by_ref=member_identity(member), created=AT, modified=AT, marking_ref=GREEN
    )


def convert_file(path: Path, form: Form = Form.AUTO, name: str = "report") -> Conversion:
    """Convert one file as facebook."""
    return convert({name: read_takedown(path, form)}, "facebook", signature())


def convert_text(folder: Path, text: str, file: str = "report.csv") -> Conversion:
    """Convert a report that is given as text."""
    path = folder / file
    path.write_bytes(text.encode())
    return convert_file(path)


def kill_chain(*rows: tuple[str, ...]) -> str:
    """Return a report of the kill chain form; each row is the four cells of it."""
    lines = [("Tactic", "Technique", "Procedure", "Indicator"), *rows]
    return "".join(",".join(map(_quoted, line)) + "\r\n" for line in lines)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


ACCOUNTS = ("0. Acquiring assets", "0.9 Acquiring social media accounts")
FACEBOOK = (*ACCOUNTS, "0.9.1 Acquiring Facebook assets")
TWITTER = (*ACCOUNTS, "0.9.4 Acquiring X / Twitter accounts")
FORUMS = (*ACCOUNTS, "0.9.8 Acquiring accounts on online forums")
DOMAINS = ("0. Acquiring assets", "0.6 Acquiring domains", "0.6.2 Acquiring domains")
ADS = ("7. Targeted engagement", "7.1 Running ads", "7.1.1 Advertising to promote content")


@dataclass(frozen=True)
class Told:
    """What a bundle says."""

    objects: list[dict[str, Any]]

    @classmethod
    def by(cls, conversion: Conversion) -> Told:
        return cls(list(conversion.bundle["objects"]))

    def of(self, *types: str) -> list[dict[str, Any]]:
        return [obj for obj in self.objects if obj["type"] in types]

    @property
    def cluster(self) -> dict[str, Any]:
        (found,) = self.of("coordinated-account-cluster")
        return found

    @property
    def text(self) -> str:
        return json.dumps(self.objects, ensure_ascii=False)

    def values(self, stix_type: str) -> set[str]:
        return {obj["value"] for obj in self.of(stix_type)}

    @property
    def domains(self) -> set[str]:
        return self.values("domain-name")

    @property
    def accounts(self) -> set[tuple[str, str]]:
        """Platform, and login or else id."""
        return {
            (obj["account_type"], obj.get("account_login") or obj["user_id"])
            for obj in self.of("user-account")
        }

    @property
    def channels(self) -> set[str]:
        return {obj["name"] for obj in self.of("channel")}

    @property
    def addresses(self) -> set[str]:
        """Every address: of URLs, of channels, of profiles."""
        profiles = {
            obj["extensions"][SOCIAL]["profile_url"]
            for obj in self.of("user-account")
            if SOCIAL in obj.get("extensions", {})
        }
        return self.values("url") | profiles | {obj["url"] for obj in self.of("channel")}

    @property
    def metrics(self) -> set[tuple[str, str | None, int | None, int | None]]:
        return {
            (m["metric"], m.get("platform"), m.get("lower"), m.get("upper"))
            for m in self.cluster.get("metrics", ())
        }

    @property
    def notes(self) -> list[str]:
        return [obj["content"] for obj in self.of("note")]

    def verb(self, value: str) -> str:
        """Return how the cluster is related to the one object that has this value or login."""
        (target,) = [
            obj["id"]
            for obj in self.objects
            if value in (obj.get("value"), obj.get("account_login"), obj.get("user_id"))
        ]
        (verb,) = [
            obj["relationship_type"]
            for obj in self.of("relationship")
            if obj["target_ref"] == target and obj["source_ref"] == self.cluster["id"]
        ]
        return str(verb)

    @property
    def numbers(self) -> set[str]:
        """The kill chain numbers of the procedures."""
        return {
            obj["external_references"][0].get("external_id", "")
            for obj in self.of("attack-pattern")
        }
