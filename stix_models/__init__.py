"""The influence-operation extension set for STIX 2.1, on the ``stix2`` library.

Importing the package registers its classes, so that ``stix2.parse`` gives typed
objects. What decides whether an object is valid is ``stix_models.validation``.
"""

from stix_models.objects import (
    AdBuyer,
    Channel,
    CoordinatedAccountCluster,
    Event,
    MediaContent,
    Narrative,
    PlatformAction,
    PoliticalAd,
)
from stix_models.property_extensions import (
    InfluenceCampaign,
    PseudonymousAccount,
    Recall,
    Sharing,
    SocialAccount,
)

__all__ = [
    "AdBuyer",
    "Channel",
    "CoordinatedAccountCluster",
    "Event",
    "InfluenceCampaign",
    "MediaContent",
    "Narrative",
    "PlatformAction",
    "PoliticalAd",
    "PseudonymousAccount",
    "Recall",
    "Sharing",
    "SocialAccount",
]
