"""Where everything stands in ``docs/object-model.svg``, and its colours.

Boxes keep out of each other's way because they were put so; a test measures it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stix_models.relationships import CLUSTER

Place = tuple[float, float]  # column and row, from 0


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of the picture: a question, and where its boxes and verbs stand.

    A verb is called by the first source and the verbs that share its ends; ``by_way_of``
    bends the line from a verb to a type around what stands between them.
    """

    title: str
    boxes: Mapping[str, Place]
    verbs: Mapping[str, Place]
    by_way_of: Mapping[tuple[str, str], Place] = field(default_factory=dict)


PANELS = (
    Panel(
        "What belongs to an operation, and what was done about it",
        {
            "campaign": (0, 1.5),
            CLUSTER: (2, 0),
            "narrative": (2, 1),
            "channel": (2, 2),
            "ad-buyer": (2, 3),
            "political-ad": (2, 4),
            "platform-action": (4, 2),
        },
        {"campaign uses": (1, 1.5), "platform-action disrupts": (3, 2)},
    ),
    Panel(
        "What is said, where, and by which means",
        {
            CLUSTER: (0, 3.2),
            "channel": (2, 1.65),
            "user-account": (2, 2.5),
            "domain-name": (2, 3.35),
            "attack-pattern": (2, 4.2),
            "infrastructure": (2, 5.05),
            "narrative": (4, 0.8),
            "media-content": (4, 2.5),
            "url": (4, 5.8),
        },
        {
            f"{CLUSTER} overlaps-with": (0, 2.35),
            f"{CLUSTER} amplifies, originates": (1.15, 0.8),
            f"{CLUSTER} controls": (1, 2.5),
            f"{CLUSTER} uses": (1, 5.8),
            "channel publishes": (3, 3.35),
            "user-account publishes": (3, 2.5),
            "channel uses": (4, 1.65),
            "narrative subnarrative-of": (4, -0.1),
        },
    ),
    Panel(
        "Who pays",
        {
            "ad-buyer": (0, 2),
            "political-ad": (2, 1),
            "campaign": (2, 3.2),
            CLUSTER: (2, 4.1),
            "narrative": (4, 0),
            "url": (4, 1),
            "channel": (4, 2),
        },
        {
            "ad-buyer purchased": (1, 1),
            "ad-buyer operates": (1, 2),
            "ad-buyer funds": (1, 3.2),
            "political-ad promotes": (3, 1),
        },
        {("ad-buyer funds", "channel"): (2, 2.5)},
    ),
    Panel(
        "Who is behind it, and whom it is aimed at",
        {
            "campaign": (0, 0),
            "ad-buyer": (0, 1),
            CLUSTER: (0, 2),
            "narrative": (0, 3),
            "political-ad": (0, 4),
            "threat-actor": (4, 0),
            "intrusion-set": (4, 1),
            "identity": (4, 2),
            "event": (4, 3.4),
            "location": (4, 5.2),
        },
        {
            "campaign attributed-to": (2, 0),
            f"{CLUSTER} attributed-to": (2, 1),
            "ad-buyer identified-as": (2, 1.8),
            f"{CLUSTER} targets": (2, 3),
            "political-ad supports, opposes": (2, 4),
            f"{CLUSTER} originates-from": (2, 5.2),
            "event located-at": (4, 4.3),
        },
    ),
)

STYLE = """\
text{font:13px system-ui,"Segoe UI","DejaVu Sans",sans-serif;fill:#1f2328}
.head{font-size:15px;font-weight:600}
.panel{fill:#f6f8fa;stroke:#d0d7de}
.ours{fill:#0a58a8;stroke:#0a58a8}
.ours+text{fill:#fff;font-weight:600}
.standard{fill:#fff;stroke:#59636e}
.opencti{fill:#fff3d6;stroke:#9a6700;stroke-dasharray:5 3}
.verb{fill:#e3e8ee;stroke:none}
.verb+text{font-size:12px;font-style:italic}
.line{fill:none;stroke:#59636e;stroke-width:1.4}
.tip{fill:#59636e}
"""

DARK = """\
text{fill:#e6edf3}
.panel{fill:#151b23;stroke:#3d444d}
.ours{fill:#1f6feb;stroke:#1f6feb}
.standard{fill:#262c36;stroke:#9198a1}
.opencti{fill:#3b2e12;stroke:#d29922}
.verb{fill:#3d444d}
.line{stroke:#9198a1}
.tip{fill:#9198a1}
"""
