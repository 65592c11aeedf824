"""Whatever shape the JSON has, a bundle is rewritten or refused with a pointer."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from stix_models.deterministic import ID_CONTRIBUTING
from stix_models.extensions import EXTENSION_OF_NAME
from tests.stix_models.pseudonym_bundles import (
    KEY,
    make_account,
    make_bundle,
    make_signed,
    opencti,
    refusals,
    rewrite,
)
from tests.support.stix import TLP2_GREEN, make_id

SOCIAL = EXTENSION_OF_NAME["social-account"].id

RAW = make_account(
    user_id="999888777666",
    account_login="harbour_lights",
    display_name="Harbour Lights",
    object_marking_refs=[TLP2_GREEN],
    granular_markings=[{"marking_ref": TLP2_GREEN, "selectors": ["user_id", "extensions"]}],
    extensions={
        **opencti(id="x"),
        SOCIAL: {"extension_type": "property-extension", "profile_url": "https://t.example/a_b_c"},
    },
)
_MADE = rewrite(
    make_bundle(RAW, make_signed("note", content="a", object_refs=[RAW["id"]])), KEY
).bundle["objects"]
WHOLE: dict[str, Any] = make_bundle(
    RAW,
    make_account(account_login="harbour.lights.2"),
    *_MADE,
    make_signed(
        "note",
        content="a",
        object_refs=[RAW["id"]],
        granular_markings=[{"marking_ref": TLP2_GREEN, "selectors": ["object_refs.[0]"]}],
        extensions=opencti(x=1),
    ),
    make_signed("language-content", object_ref=make_id("campaign"), contents={"de": {"name": "N"}}),
    make_signed("channel", name="News", account_refs=[RAW["id"]], x_of={RAW["id"]: 1}),
    *(
        {"type": name, "id": make_id(name), "hashes": {"MD5": "a" * 32}, "value": "a", "number": 1}
        for name in sorted(ID_CONTRIBUTING)
        if name != "user-account"
    ),
)

ODD: tuple[Any, ...] = (
    *(None, True, 5, -1.5, 2**70, "", "x", "\x00", RAW["id"], [], {}, [5], [[]], [{}], [1, "a"]),
    *({"a": 1}, {"": [None]}, {"type": "user-account"}, {"extensions": 5}, {"hashes": [5]}),
    *([{"selectors": 5}], [{"selectors": ["user_id"]}]),
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return where everything is in a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found = [path]
    for step, item in inside:
        here = (*path, step)
        found += paths(item, here) if isinstance(item, dict | list) else [here]
    return found


PATHS = [path for path in paths(WHOLE) if path]


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(ODD)), min_size=1, max_size=3),
    st.sampled_from([{}, {"redact": True}, {"whole_words": True}]),
)
def test_no_shape_ends_in_anything_but_a_rewritten_bundle_or_a_refusal(
    changes: list[tuple[tuple[Any, ...], Any]], options: dict[str, Any]
) -> None:
    bundle = copy.deepcopy(WHOLE)
    for path, value in changes:
        put(bundle, path, value)

    found = refusals(bundle, **options)

    event("refused" if found else "rewritten")
    assert all(pointer == "" or pointer.startswith("/") for pointer, _ in found)


def put(value: Any, path: tuple[Any, ...], changed: Any) -> None:
    """Put something odd at a place, if the place is still there."""
    *above, last = path
    for step in above:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(value, dict) or (isinstance(value, list) and last in range(len(value))):
        value[last] = copy.deepcopy(changed)


def test_the_bundle_of_these_tests_can_be_rewritten() -> None:
    """A test of the test: what is refused as it is would prove nothing."""
    assert refusals(WHOLE) == []
