"""What pycti, the library behind every import into OpenCTI, does; runs in the tools' environment.

``python pycti_process.py QUESTION`` reads JSON on standard input and prints the answer as
JSON. pycti is imported only then: this file is looked at in the other environment too.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any


def split(bundle: dict[str, Any]) -> dict[str, Any]:
    """Return what the bundle splitter takes, what it drops, and which names it removes."""
    from pycti import OpenCTIStix2Splitter

    sent = {obj["id"]: json.dumps(obj) for obj in bundle["objects"]}
    expected, dropped, bundles = OpenCTIStix2Splitter().split_bundle_with_expectations(
        bundle, use_json=False
    )
    taken = [obj for part in bundles for obj in part["objects"]]
    removed = Counter(
        f"{obj['type']} {name}"
        for obj in taken
        for name, value in json.loads(sent[obj["id"]]).items()
        if obj.get(name) != value
    )
    return {
        "expected": expected,
        "taken": [obj["id"] for obj in taken],
        "dropped": [obj["id"] for obj in dropped],
        "removed": dict(removed),
    }


def ids(names: list[tuple[str, str]]) -> list[str]:
    """Return pycti's own id of each (type, name)."""
    from pycti import Channel, Event, Narrative

    makers = {"channel": Channel, "event": Event, "narrative": Narrative}
    return [makers[stix_type].generate_id(name) for stix_type, name in names]


def facts(source_name: str) -> dict[str, Any]:
    """Return which types get through, and which date pycti guesses from a source's name."""
    from pycti import OpenCTIStix2Utils
    from pycti.utils import opencti_stix2_utils as utils

    return {
        "entities": utils.SUPPORTED_STIX_ENTITY_OBJECTS,
        "observables": list(utils.STIX_CYBER_OBSERVABLE_MAPPING),
        "date": OpenCTIStix2Utils.guess_past_date(source_name),
    }


def ask_for_id(objects: list[dict[str, Any]]) -> list[str]:
    """Return the id that OpenCTI will give to each of these objects."""
    from pycti import Identity, IntrusionSet, Note

    makers = {"identity": Identity, "intrusion-set": IntrusionSet, "note": Note}
    return [makers[obj["type"]].generate_id_from_data(obj) for obj in objects]


def registered(order: list[str]) -> dict[str, Any]:
    """Import these libraries in this order; return what stix2 then knows, and what was said."""
    import importlib
    import warnings

    from stix2 import registry

    said: list[str] = []
    failed = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for name in order:
            try:
                importlib.import_module(name)
            except Exception as exc:
                failed = f"{name}: {type(exc).__name__}: {exc}"
        said = [str(w.message) for w in caught if w.category.__module__.startswith("stix_models")]
    known = registry.STIX2_OBJ_MAPS["2.1"]
    return {"said": said, "failed": failed, "types": [*known["objects"], *known["observables"]]}


QUESTIONS = {
    "split": split,
    "ids": ids,
    "facts": facts,
    "ask_for_id": ask_for_id,
    "registered": registered,
}

if __name__ == "__main__":
    print(json.dumps(QUESTIONS[sys.argv[1]](json.load(sys.stdin))))
