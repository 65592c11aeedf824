"""Bundles with accounts for the tests of pseudonyms, and a reader who looks for what is left."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from stix_models.deterministic import own_id, relationship_name, sco_id
from stix_models.markings import OPENCTI_SCO, OPENCTI_SDO
from stix_models.pseudonyms import (
    CannotRewriteError,
    PseudonymKey,
    RewritingOptions,
    Rewritten,
    rewrite_bundle,
)
from tests.support.stix import make_sdo

KEY = PseudonymKey("k-2020", bytes(range(32)))
CREATOR = "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
BUNDLE_ID = "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d"

Stix = dict[str, Any]


def make_account(**properties: Any) -> Stix:
    """Return a raw account of twitter with the id that STIX prescribes for it."""
    account = {"type": "user-account", "spec_version": "2.1", "account_type": "twitter"}
    account |= properties
    return {**account, "id": properties.get("id") or sco_id("user-account", account)}


def make_bundle(*objects: Stix, **properties: Any) -> Stix:
    """Return a bundle with an id that does not change."""
    return {"type": "bundle", "id": BUNDLE_ID, **properties, "objects": list(objects)}


def make_signed(stix_type: str, **properties: Any) -> Stix:
    """Return an SDO or SRO of the bundle's creator."""
    return make_sdo(stix_type, created_by_ref=CREATOR, **properties)


def make_own_relationship(source: str, verb: str, target: str) -> dict[str, Any]:
    """Return a relationship whose id is made of its ends, as tools of the set make them."""
    made = make_signed("relationship", relationship_type=verb, source_ref=source, target_ref=target)
    return {**made, "id": own_id("relationship", CREATOR, relationship_name(source, verb, target))}


def opencti(extension_type: str = "property-extension", **content: Any) -> Stix:
    """Return ``extensions`` as OpenCTI exports them, both of its kinds."""
    inside = {"extension_type": extension_type, **content}
    return {OPENCTI_SDO: inside, OPENCTI_SCO: {"extension_type": "property-extension", **content}}


def rewrite(bundle: Stix, key: PseudonymKey = KEY, **options: Any) -> Rewritten:
    """Rewrite a bundle with these options."""
    return rewrite_bundle(bundle, key, RewritingOptions(**options))


def objects_of(bundle: Stix, **options: Any) -> list[Stix]:
    """Return the objects of the rewritten bundle."""
    found: list[Stix] = rewrite(bundle, **options).bundle["objects"]
    return found


def refusals(bundle: Stix, **options: Any) -> list[tuple[str, str]]:
    """Return where and by which rule a bundle is refused; nothing if it is not."""
    try:
        rewrite(bundle, **options)
    except CannotRewriteError as exc:
        return [(problem.pointer, problem.rule) for problem in exc.problems]
    return []


def marks(bundle: Stix, **options: Any) -> frozenset[str]:
    """Return the marks of what a refusal found in texts."""
    try:
        rewrite(bundle, **options)
    except CannotRewriteError as exc:
        return frozenset(
            problem.message.rpartition("[")[2].removesuffix("]") for problem in exc.problems
        )
    return frozenset()


def written(bundle: Stix) -> bytes:
    """Return a bundle's bytes as most programs write them."""
    return json.dumps(bundle, ensure_ascii=False).encode()


def spellings(raw: str) -> Iterator[bytes]:
    """Yield an identifier as a reader of bytes may meet it."""
    for text in {raw, raw.strip(), raw.casefold(), unicodedata.normalize("NFKC", raw)}:
        yield text.encode()
        yield json.dumps(text)[1:-1].encode()
        yield json.dumps(text, ensure_ascii=False)[1:-1].encode()
        yield quote(text).encode()
        yield quote(text, safe="").encode()
        yield quote_plus(text).encode()


def left_in(output: bytes, raw: str) -> bool:
    """Return whether any spelling of an identifier stands in bytes, in any letters."""
    folded = output.decode().casefold().encode()
    return any(one in output or one.lower() in folded for one in spellings(raw))
