"""Pseudonyms: sharing accounts without naming people (object model, section 3).

A circle of companies holds one key. Each turns the accounts in what it shares into keyed
pseudonyms before it pushes; equal accounts get equal pseudonyms, so what two companies
know about one account meets. Nothing here is needed by a server, which never has a key.

What pseudonyms protect against, and what not, is in ``docs/pseudonyms.md``.
"""

from stix_models.pseudonyms.accounts import (
    normalize_login,
    pseudonym,
    pseudonymous_accounts,
    token,
)
from stix_models.pseudonyms.keys import InvalidKeyError, PseudonymKey, key_text, parse_key
from stix_models.pseudonyms.report import (
    CannotRewriteError,
    Replaced,
    RewritingOptions,
    RewritingReport,
    Rewritten,
)
from stix_models.pseudonyms.rewriting import rewrite_bundle

__all__ = [
    "CannotRewriteError",
    "InvalidKeyError",
    "PseudonymKey",
    "Replaced",
    "RewritingOptions",
    "RewritingReport",
    "Rewritten",
    "key_text",
    "normalize_login",
    "parse_key",
    "pseudonym",
    "pseudonymous_accounts",
    "rewrite_bundle",
    "token",
]
