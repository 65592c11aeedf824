"""What the clusters of the reports are called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from taxii_server.client.session import ClientError

_FORMS = (".killchain", ".indicators")


def cluster_names(files: Sequence[Path], name: str | None) -> dict[str, Path]:
    """Return the files by the names of their clusters.

    A file is called by its name without ``.csv`` and the form; where two would have one
    name, with the form. ``name`` replaces the name of one file and stands before several.

    Raises:
        ClientError: Two files would have one name.

    >>> cluster_names([Path("a/2024q2.killchain.csv")], None)
    {'2024q2': PosixPath('a/2024q2.killchain.csv')}
    """
    if name is not None and len(files) == 1:
        return {name.strip(): files[0]}
    plain = [_stem(file) for file in files]
    shown = [
        stem if plain.count(stem) == 1 else file.name.removesuffix(".csv")
        for stem, file in zip(plain, files, strict=True)
    ]
    prefix = f"{name.strip()}: " if name is not None else ""
    found: dict[str, Path] = {}
    for called, file in zip(shown, files, strict=True):
        if prefix + called in found:
            raise ClientError(
                f"{file} and {found[prefix + called]} would be one cluster, {called!r}; "
                "rename one of them, or convert them one by one with --name."
            )
        found[prefix + called] = file
    return found


def _stem(file: Path) -> str:
    stem = file.name
    for ending in (".csv", ".tsv", ".txt"):
        if stem.lower().endswith(ending):
            stem = stem[: -len(ending)]
    for form in _FORMS:
        if stem.lower().endswith(form) and len(stem) > len(form):
            stem = stem[: -len(form)]
    return stem
