"""The sample story: an influence operation before the election of 2020, told by four members.

"Prairie Echo" is invented, as are its sites, accounts and claims; what it does is
what such operations did. Hollow Quill, people for hire, run sites that pose as local
newspapers, spread them with invented persons on several platforms, buy ads for them,
and tell voters that ballots sent by mail will not be counted. Facebook finds it first
and gives leads; Twitter and Google find their parts by them, act, and find more; Facebook
corrects itself and acts again; CISA answers with what is true.

The story has every object and extension of the set but *recall*, which only a
coalition writes, and shows every rule of the packaged policy at work.
"""

from __future__ import annotations

from dataclasses import dataclass

from taxii_server.demo.stix import STIX, bundle
from taxii_server.demo.story.cisa import CisaAnswers
from taxii_server.demo.story.correction import FacebookCorrects
from taxii_server.demo.story.facebook import FacebookFinds
from taxii_server.demo.story.further import GoogleLooksFurther
from taxii_server.demo.story.google import GoogleFinds
from taxii_server.demo.story.twitter import TwitterFinds


@dataclass(frozen=True, slots=True)
class StoryBundle:
    """A bundle and the member whose publisher pushes it."""

    member: str
    name: str  # of its file, without ending
    content: STIX


def story() -> tuple[StoryBundle, ...]:
    """Return the bundles in the order in which they are pushed."""
    facebook = FacebookFinds()
    twitter = TwitterFinds(facebook)
    google = GoogleFinds(facebook, twitter)
    corrected = FacebookCorrects(facebook, twitter, google)
    cisa = CisaAnswers(facebook, twitter, google)
    further = GoogleLooksFurther(google, cisa)
    parts = (
        ("facebook", "1-facebook-finds-prairie-echo", facebook.objects),
        ("twitter", "2-twitter-finds-the-same-people", twitter.objects),
        ("google", "3-google-finds-the-host-and-the-payer", google.objects),
        ("facebook", "4-facebook-corrects-itself", corrected.objects),
        ("cisa", "5-cisa-answers", cisa.objects),
        ("google", "6-google-looks-further", further.objects),
    )
    return tuple(StoryBundle(who, name, bundle(name, objects)) for who, name, objects in parts)


def members_that_push() -> tuple[str, ...]:
    """Return the members with a bundle in the story, each once, in order of appearance."""
    return tuple(dict.fromkeys(part.member for part in story()))
