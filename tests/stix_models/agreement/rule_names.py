"""What each rule name of a problem means; the page lists them, a test finds new ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import stix_models

STANDARD: Mapping[str, str] = {
    "allowed-values": "2.4, 10: the value is none of a closed list",
    "choice": "one of several properties must be there, or two exclude each other",
    "contents": "7.1.1: a translation is not a dictionary, or an empty one",
    "contradiction": "the property contradicts another one",
    "empty": "2.3, 2.12: an empty list or dictionary",
    "forbidden-value": "null or an empty list, or a value that must not be",
    "id-type": "2.9: the id does not begin with the object's type",
    "id-version": "2.9: an observable with nothing to make its id of, whose UUID is not random",
    "ipv6-address": "6.9.1: not an IPv6 address or CIDR block",
    "language": "7.1.1: not a language code of RFC 5646",
    "marks-itself": "3.2: a marking definition that is marked with itself",
    "maxLength": "longer than allowed",
    "maximum": "more than allowed",
    "minLength": "shorter than allowed",
    "minimum": "less than allowed",
    "name": "3.1, 11.1: a property name that must not be",
    "pattern": "not of the form that is asked for: an identifier, a time, a hash",
    "reference-type": "3.3, 4 to 6: a reference to an object of a type that must not be there",
    "required": "a required property is missing",
    "reserved": "3.8: a name that STIX reserves; a bundle where an object belongs",
    "selector": "7.2.3.1: a granular marking that selects nothing",
    "spec-version": "3.2: not 2.1",
    "text": "2.15: half of a surrogate pair, which is no character",
    "time-order": "3.6.1 and the types' own: a later time lies before an earlier one",
    "tlp-marking": "7.2.1.4: a TLP marking of somebody's own",
    "type": "2: a value of another JSON type",
    "undeclared-type": "7.3: neither STIX, the set nor an extension inside declares the type",
}
"""Rules of STIX 2.1, with their sections; errors."""

OF_THE_SET: Mapping[str, str] = {
    "account-count": "a cluster that lists more accounts than it counts",
    "extension-id": "the id of one of the set's extensions in capitals",
    "extension-place": "an extension of the set on a type where it does not belong",
    "payment-data": "a card or bank account number in clear, in an ad buyer",
    "pseudonym": "a pseudonymous account with a raw identifier left in, or a malformed pseudonym",
    "range": "`upper` is less than `lower`",
}
"""Rules of the extension set; errors."""

WARNINGS: Mapping[str, str] = {
    "currency": "object model, 2: an amount of money without its currency",
    "marking-modified": "7.2.1: a marking definition has no versions, `modified` means nothing",
    "no-creator": "3.5: nobody answers for the object",
    "no-marking": "nobody says who may see the object",
    "sco-id": "object model, 3: a pseudonymous account whose id is not the one made from its token",
    "timestamp-precision": "3.2: `created` or `modified` with fewer than three digits of a second",
    "unknown-technique": "a number of DISARM that its version 1.6 does not have",
    "vocabulary": "2.14: a term that its open vocabulary does not list",
}
"""Warnings."""


def known() -> set[str]:
    """Return all names."""
    return {*STANDARD, *OF_THE_SET, *WARNINGS}


def in_sources() -> Iterator[str]:
    """Yield the rule names that the sources of ``stix_models`` give to problems."""
    for path in Path(stix_models.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(ast.Name("Problem" | "Finding"), [_, ast.Constant(rule), *_]):
                    yield str(rule)
