"""What the objects of the set are made of: their embedded objects and kinds of property.

Each embedded object is a class of ``stix2``, so that a wrong name or value in it is
found when the object is made, not when it is sent.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Any, ClassVar

from stix2.properties import (
    DictionaryProperty,
    EmbeddedObjectProperty,
    EnumProperty,
    IntegerProperty,
    ListProperty,
    OpenVocabProperty,
    Property,
    ReferenceProperty,
    StringProperty,
    TimestampProperty,
)
from stix2.v21.base import _STIXBase21

from stix_models.vocabularies import OPEN_VOCABULARIES


class NumberProperty(Property):  # type: ignore[misc]  # stix2 has no types
    """A number from 0 up that stays what it is: ``stix2`` would make 5 into 5.0."""

    def clean(self, value: Any, *_options: Any, **_more: Any) -> tuple[int | float, bool]:
        """Return the number. Raises ``ValueError`` on anything else."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("must be a number.")  # noqa: TRY004 - what stix2 expects
        if value < 0 or not math.isfinite(value):
            raise ValueError("must be a number from 0 up.")
        return value, False


class InstantProperty(TimestampProperty):  # type: ignore[misc]  # stix2 has no types
    """A timestamp that keeps its digits, three after the seconds or more, in lists too."""

    def __init__(self, **more: Any) -> None:
        super().__init__(precision="millisecond", precision_constraint="min", **more)

    def clean(self, value: Any, *_options: Any, **_more: Any) -> Any:
        """Return the timestamp; ``stix2`` passes options in a list that it has no use for."""
        return super().clean(value)


def text(**more: Any) -> Any:
    """Return the property of a text."""
    return StringProperty(**more)


def texts(**more: Any) -> Any:
    """Return the property of a list of texts."""
    return ListProperty(StringProperty, **more)


def term(vocabulary: str, **more: Any) -> Any:
    """Return the property of a term of an open vocabulary."""
    return OpenVocabProperty(list(OPEN_VOCABULARIES[vocabulary]), **more)


def terms(vocabulary: str, **more: Any) -> Any:
    """Return the property of a list of terms of an open vocabulary."""
    return ListProperty(term(vocabulary), **more)


def instant(**more: Any) -> Any:
    """Return the property of a timestamp, which keeps three digits after the seconds or more."""
    return InstantProperty(**more)


def reference(*types: str, **more: Any) -> Any:
    """Return the property of a reference to an object of one of these types."""
    return ReferenceProperty(valid_types=list(types), spec_version="2.1", **more)


def references(*types: str, **more: Any) -> Any:
    """Return the property of a list of references."""
    return ListProperty(reference(*types), **more)


def part(embedded: type, **more: Any) -> Any:
    """Return the property of an embedded object."""
    return EmbeddedObjectProperty(embedded, **more)


def parts(embedded: type, **more: Any) -> Any:
    """Return the property of a list of embedded objects."""
    return ListProperty(EmbeddedObjectProperty(embedded), **more)


Properties = OrderedDict[str, Any]

ANY = ("SDO", "SCO", "SRO")
"""``reference`` to any object that is no definition, as ``stix2`` writes it."""


class Part(_STIXBase21):  # type: ignore[misc]  # stix2 has no types
    """An object that lives inside of another one."""


class Metric(Part):
    """A count that a platform gives as a range: accounts, followers, views."""

    _properties: ClassVar[Properties] = OrderedDict(
        metric=term("metric-ov", required=True),
        platform=term("platform-ov"),
        lower=IntegerProperty(min=0),
        upper=IntegerProperty(min=0),
        as_of=instant(),
    )


class AdSpend(Part):
    """What a cluster spent on ads, and when."""

    _properties: ClassVar[Properties] = OrderedDict(
        lower=NumberProperty(),
        upper=NumberProperty(),
        currencies=texts(),
        first_ad=instant(),
        last_ad=instant(),
    )


class Spend(Part):
    """An amount of money as a range, in one currency (ISO 4217)."""

    _properties: ClassVar[Properties] = OrderedDict(
        currency=text(), lower=NumberProperty(), upper=NumberProperty()
    )


class Range(Part):
    """A count as a range."""

    _properties: ClassVar[Properties] = OrderedDict(
        lower=IntegerProperty(min=0), upper=IntegerProperty(min=0)
    )


class Amplification(Part):
    """How far a campaign reached: a metric as a range."""

    _properties: ClassVar[Properties] = OrderedDict(
        metric=term("metric-ov", required=True),
        lower=IntegerProperty(min=0),
        upper=IntegerProperty(min=0),
    )


class PlatformId(Part):
    """What a platform calls an ad buyer; the value may be a keyed hash."""

    _properties: ClassVar[Properties] = OrderedDict(
        platform=term("platform-ov", required=True),
        kind=EnumProperty(["page", "advertiser", "account", "payer"], required=True),
        value=text(required=True),
    )


class Registration(Part):
    """A number under which an ad buyer is registered somewhere."""

    _properties: ClassVar[Properties] = OrderedDict(
        scheme=EnumProperty(
            ["fec", "ein", "lei", "company-number", "google-political-advertiser", "other"],
            required=True,
        ),
        value=text(required=True),
    )


class Reach(Part):
    """How many people saw an ad, in all and by country (ISO 3166-1)."""

    _properties: ClassVar[Properties] = OrderedDict(
        total=IntegerProperty(min=0), by_country=DictionaryProperty()
    )


class Region(Part):
    """The share of an ad's audience in a region (ISO 3166-2)."""

    _properties: ClassVar[Properties] = OrderedDict(
        region=text(required=True), share=NumberProperty()
    )


class Targeting(Part):
    """One criterion by which an ad's audience was chosen."""

    _properties: ClassVar[Properties] = OrderedDict(
        criterion=text(required=True),
        value=text(required=True),
        mode=EnumProperty(["include", "exclude"]),
    )


class Demographic(Part):
    """The share of an age and gender in an ad's audience."""

    _properties: ClassVar[Properties] = OrderedDict(
        age=text(), gender=text(), share=NumberProperty()
    )


class Withdrawn(Part):
    """One object that a coalition takes back; without ``versions``, all of it."""

    _properties: ClassVar[Properties] = OrderedDict(
        ref=ReferenceProperty(invalid_types=["bundle"], spec_version="2.1", required=True),
        versions=ListProperty(instant()),
    )
