"""``clearinghouse member list`` and ``clearinghouse collection list``."""

from __future__ import annotations

from pathlib import Path

import click

from taxii_server.cli.options import data_option, json_option, open_data, print_json, print_table


@click.group()
def member() -> None:
    """Look at the members of the coalition."""


@member.command("list")
@data_option()
@json_option
def list_members(data: Path, as_json: bool) -> None:
    """List the members, as coalition.toml and the ids that were fixed at init say."""
    with open_data(data) as opened:
        members = opened.services.coalition.members
    if as_json:
        print_json(
            [
                {
                    "name": m.name,
                    "kind": m.kind.value,
                    "title": m.title,
                    "identities": list(m.identities),
                    "default_marking": m.default_marking.label,
                }
                for m in members
            ]
        )
        return
    rows = [(m.name, m.kind.value, m.title, " ".join(m.identities)) for m in members]
    print_table(("NAME", "KIND", "TITLE", "IDENTITY"), rows)


@click.group()
def collection() -> None:
    """Look at the collections that the server offers."""


@collection.command("list")
@data_option()
@json_option
def list_collections(data: Path, as_json: bool) -> None:
    """List the collections of all API Roots with their ids, readers and writers."""
    with open_data(data) as opened:
        collections = opened.services.coalition.collections
    if as_json:
        print_json(
            [
                {
                    "id": c.id,
                    "root": c.root,
                    "alias": c.alias,
                    "title": c.title,
                    "kind": c.kind.value,
                    "readers": sorted(c.readers),
                    "writers": sorted(c.writers),
                    "visible_to": sorted(c.visible_to),
                    "media_types": list(c.media_types),
                }
                for c in collections
            ]
        )
        return
    rows = [
        (c.id, f"/{c.root}/" if c.root else "/", c.alias, c.kind.value, c.title)
        for c in collections
    ]
    print_table(("ID", "API ROOT", "ALIAS", "KIND", "TITLE"), rows)
