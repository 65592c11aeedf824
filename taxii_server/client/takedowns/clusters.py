"""A cluster while its report is read, and the objects of all reports of one bundle.

An account that two rows or two reports name is one object; so is a procedure of the
kill chain, by its number. What a cluster has to do with an object is one relationship,
whose description names the procedures that the report lists it under.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from stix_models.pseudonyms.accounts import normalize_login
from taxii_server.client.takedowns.counts import Count, merged
from taxii_server.client.takedowns.kill_chain import Procedure
from taxii_server.client.takedowns.money import Money
from taxii_server.client.takedowns.objects import Signature, Stix
from taxii_server.client.takedowns.roles import CONTROLS, STRENGTH
from taxii_server.client.takedowns.sites import Place, known_platform


@dataclass(slots=True)
class Library:
    """The objects that the clusters of one bundle share, by id, in the order they came up."""

    by: Signature
    objects: dict[str, Stix] = field(default_factory=dict)
    _accounts: dict[tuple[str, str, str], tuple[str, str | None]] = field(default_factory=dict)
    _patterns: dict[str, str] = field(default_factory=dict)

    def add(self, obj: Stix) -> str:
        """Add an object unless it is there already; return its id."""
        self.objects.setdefault(obj["id"], obj)
        return str(obj["id"])

    def pattern(self, procedure: Procedure) -> str:
        """Return the attack-pattern of a procedure; further spellings become aliases of it."""
        known = self._patterns.get(procedure.key)
        name = procedure.label.name or procedure.label.number
        if known is None:
            made = self.by.attack_pattern(
                name, procedure.label.number, procedure.tactic, description=procedure.written
            )
            if made["id"] in self.objects:  # two numbers of one name
                made = self.by.attack_pattern(
                    procedure.shown,
                    procedure.label.number,
                    procedure.tactic,
                    description=procedure.written,
                )
            known = self._patterns[procedure.key] = self.add(made)
        pattern = self.objects[known]
        if procedure.written not in pattern["description"].split("\n"):
            pattern["description"] += f"\n{procedure.written}"
        if name not in (pattern["name"], procedure.shown, *pattern.get("aliases", ())):
            pattern["aliases"] = [*pattern.get("aliases", ()), name]
        return known

    def account(self, place: Place, profile_url: str) -> tuple[str, str | None, bool]:
        """Return an account's id, its channel's if it is one, and whether this is its address."""
        login = normalize_login(place.platform, place.login) if place.login else ""
        key = (place.platform, place.user_id or "", "" if place.user_id else login)
        known = self._accounts.get(key)
        if known is None:
            made = self.by.account(place.platform, place.login, place.user_id, profile_url)
            account = self.add(made)
            channel = None
            if place.channel_type is not None:
                channel = self.add(self._channel(place, profile_url, account))
            known = self._accounts[key] = account, channel
            return *known, True
        found = self.objects[known[0]]["extensions"].values()
        return *known, any(profile_url == extension.get("profile_url") for extension in found)

    def _channel(self, place: Place, url: str, account: str) -> Stix:
        private = {"visibility": "invite-only"} if place.private else {}
        channel_type, platform = str(place.channel_type), known_platform(place.platform)
        return self.by.channel(
            place.name, channel_type, platform, url, **private, account_refs=[account]
        )


@dataclass(slots=True)
class _Link:
    verb: str
    said: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotAdded:
    """An amount that a row tells and the ad spend does not hold."""

    row: int
    money: Money
    currency: str  # of the ad spend

    @property
    def remark(self) -> str:
        return (
            f"{self.money.text}: not added to the ad spend, which is in {self.currency}; "
            "the note has it"
        )


@dataclass(slots=True)
class Cluster:
    """What a report has told so far."""

    library: Library
    name: str
    source: str  # the file's name
    home: str  # platform-ov term for a report that names no platform
    counts: list[Count] = field(default_factory=list)
    spend: list[tuple[int, Money]] = field(default_factory=list)  # and the row that tells it
    paid_in: list[str] = field(default_factory=list)
    _links: dict[str, _Link] = field(default_factory=dict)
    _content: dict[str, None] = field(default_factory=dict)
    _published: dict[tuple[str, str], None] = field(default_factory=dict)
    _notes: dict[tuple[str | None, str, str, bool], dict[str, None]] = field(default_factory=dict)

    def link(self, target: str, verb: str, said: str = "") -> None:
        """Relate the cluster to an object; of two verbs the stronger one holds."""
        link = self._links.setdefault(target, _Link(verb))
        if STRENGTH[verb] > STRENGTH[link.verb]:
            link.verb = verb
        if said:
            link.said[said] = None

    def publish(self, publisher: str, url: str) -> None:
        """Say that an address was published by a channel or account."""
        self._published[publisher, url] = None

    def content(self, target: str) -> None:
        """Count an address among what the cluster posted."""
        self._content[target] = None

    def note(
        self,
        content: str,
        about: str,
        pattern: str | None,
        refs: Iterable[str],
        *,
        understood: bool,
    ) -> None:
        """Keep a text; rows that say the same become one note about all that they name."""
        known = self._notes.setdefault((pattern, about, content, understood), {})
        known.update(dict.fromkeys(refs))

    def finish(self) -> tuple[list[str], list[NotAdded]]:
        """Make the cluster, its relationships and notes.

        Returns:
            What had to be decided, and the amounts that the cluster's ad spend does not
            hold, because it is in one currency.
        """
        by, library = self.library.by, self.library
        controlled = [ref for ref, link in self._links.items() if link.verb == CONTROLS]
        accounts = [ref for ref in controlled if ref.startswith("user-account--")]
        channels = [ref for ref in controlled if ref.startswith("channel--")]
        metrics, remarks = self._metrics(accounts)
        spend, not_added = self._ad_spend()
        properties: dict[str, Any] = {
            "description": f"Converted from the takedown report {self.source}.",
            "cluster_types": ["coordinated-inauthentic-behavior"],
            "platforms": self._platforms(accounts),
            "status": "disrupted",
            "metrics": metrics,
            "ad_spend": spend,
            "account_refs": accounts,
            "channel_refs": channels,
            "content_refs": list(self._content),
        }
        cluster = by.cluster(self.name, {key: value for key, value in properties.items() if value})
        library.add(cluster)
        for target, link in self._links.items():
            said = "\n".join(link.said)
            library.add(by.relationship(cluster["id"], link.verb, target, said))
        for publisher, url in self._published:
            library.add(by.relationship(publisher, "publishes", url))
        counted: Counter[str] = Counter()  # notes, by what they are about
        for (pattern, about, content, understood), refs in self._notes.items():
            counted[pattern or ""] += 1
            place = (pattern or "", counted[pattern or ""])
            named = [cluster["id"], *([pattern] if pattern else []), *refs]
            labels = {} if understood else {"labels": ["not-understood"]}
            library.add(by.note(content, about or None, named, place=place, **labels))
        return remarks + [each.remark for each in not_added], not_added

    def _platforms(self, accounts: Sequence[str]) -> list[str]:
        found = [count.platform for count in self.counts if count.platform]
        found += [known_platform(self.library.objects[ref]["account_type"]) for ref in accounts]
        return list(dict.fromkeys(found)) or [self.home]

    def _metrics(self, accounts: Sequence[str]) -> tuple[list[dict[str, Any]], list[str]]:
        """Return the metrics; a report that lists more accounts than it counts says "at least"."""
        metrics = list(merged(self.counts))
        counted: dict[str | None, int] = {}
        for metric in metrics:
            if metric["metric"] == "accounts":
                if "upper" not in metric:
                    return metrics, []
                platform = metric.get("platform")
                counted[platform] = counted.get(platform, 0) + metric["upper"]
        if not counted or sum(counted.values()) >= len(accounts):
            return metrics, []
        listed: dict[str, int] = {}
        for ref in accounts:
            platform = known_platform(self.library.objects[ref]["account_type"])
            listed[platform] = listed.get(platform, 0) + 1
        remarks = []
        for platform, number in listed.items():
            if number > counted.get(platform, 0):
                metrics.append({"metric": "accounts", "platform": platform, "lower": number})
                remarks.append(
                    f"{number} accounts on {platform} are listed and fewer are counted: "
                    "the cluster says at least as many"
                )
        return metrics, remarks

    def _ad_spend(self) -> tuple[dict[str, Any], list[NotAdded]]:
        """Return the sum in US dollars, or else in the first currency, and what is in another."""
        if not self.spend:
            return ({"currencies": self.paid_in} if self.paid_in else {}), []
        told = [money.currency for _, money in self.spend]
        currency = "USD" if "USD" in told else told[0]
        amounts = [money for _, money in self.spend if money.currency == currency]
        spend: dict[str, Any] = {}
        if any(money.lower is not None for money in amounts):
            spend["lower"] = sum(money.lower or 0 for money in amounts)
        if all(money.upper is not None for money in amounts):
            spend["upper"] = sum(money.upper or 0 for money in amounts)
        spend["currencies"] = list(dict.fromkeys([currency, *self.paid_in]))
        return spend, [
            NotAdded(row, money, currency)
            for row, money in self.spend
            if money.currency != currency
        ]
