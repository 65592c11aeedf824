"""The odd values that mutations put in place of good ones, by the kind of property."""

from __future__ import annotations

from typing import Any

UUID4 = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
EXTENSION = "extension-definition--9c59fd79-4215-4ba2-920d-3e4f320e1e62"

OTHER_TYPES: tuple[Any, ...] = (
    *(5, -1, 1.5, 0, True, False, "5", "1.5", "true", "text", "", None),
    *([], {}, ["text"], [None], [[]], [1], {"abc": 1}, {"abc": None}, [{"abc": "x"}]),
)
NUMBERS: tuple[Any, ...] = (
    *(-1, 0, 1, 1.0, -0.0, 1.5, 100, 101, 500, 65535, 65536, -91, 181, 1_000_000_000),
    *(2**31, 2**53 - 1, -(2**53) + 1, 1e20, 1e-7, 1.7e308, "7", "x", True),
)
TEXTS: tuple[str, ...] = (
    *("", " ", "x", "\n", "text\n", "a\u0000b", "Ünïcode ☃", "😀", "\u202eetad", "null"),
    *("x" * 20_000, "' OR 1=1 --", "<script>", "-", "--", "true", "5"),
)
TIMESTAMPS: tuple[Any, ...] = (
    *("2024-01-10", "2024-01-10T08:00:00", "2024-01-10T08:00:00+00:00", "2024-01-10 08:00:00Z"),
    *("2024-01-10t08:00:00z", "2024-02-30T08:00:00Z", "2023-02-29T08:00:00.000Z"),
    *("2024-13-01T00:00:00Z", "0000-01-01T00:00:00Z", "2024-01-10T24:00:00Z", "yesterday"),
    *("2024-01-10T08:00:61Z", "2024-01-10T08:00:00.Z", "2024-01-10T08:00:00Z\n", 1704873600, ""),
    *("2024-01-10T08:00:00Z", "2024-01-10T08:00:00.1Z", "2024-01-10T08:00:00.123456Z"),
    f"2024-01-10T08:00:00.{'1' * 65}Z",
    *("2024-01-10T08:00:00.1234567Z", "2016-12-31T23:59:60Z", "2024-02-29T23:59:59.999Z"),
    *("0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "1969-07-20T20:17:40.000Z"),
)
UUIDS: tuple[str, ...] = (
    UUID4,
    "8E2E2D2B-17D4-4CBF-938F-98EE46B3CD3F",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8",  # version 1
    "01890a5d-ac96-774b-bcce-b302099a8057",  # version 7
    "00000000-0000-0000-0000-000000000000",
    "8e2e2d2b-17d4-4cbf-c38f-98ee46b3cd3f",  # the variant of Microsoft
    "8e2e2d2b17d44cbf938f98ee46b3cd3f",
    "{8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f}",
    "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3",
    "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f\n",
    "not-a-uuid",
    "",
)
TYPES: tuple[str, ...] = (
    *("campaign", "identity", "indicator", "location", "malware", "tool", "observed-data"),
    *("relationship", "sighting", "file", "directory", "artifact", "software", "url"),
    *("ipv4-addr", "domain-name", "mac-addr", "autonomous-system", "email-addr", "user-account"),
    *("network-traffic", "process", "marking-definition", "language-content", "bundle"),
    *("extension-definition", "x-example-thing", "thing", "tool-mark", "x", "Campaign", "a--b"),
)
WORDS: tuple[str, ...] = (
    *("nonsense", "Upper", "two words", "under_score", "agree", "REG_SZ", "AF_INET", "unknown"),
    *("new-sdo", "property-extension", "toplevel-property-extension", "AES-256-GCM"),
)
PROPERTY_NAMES: tuple[str, ...] = (
    *("x_example", "example", "Example", "1example", "_example", "ab", "a" * 250, "a" * 251),
    *("naïve", "with-hyphen", "with space", "", "severity", "action", "username"),
    *("phone_number", "phone_numbers", "defanged", "created", "modified", "revoked"),
    *("confidence", "lang", "labels", "created_by_ref", "external_references", "name", "value"),
    *("x_foo_ref", "x_foo_refs", "x_foo_bin", "x_foo_hex", "x_foo_enc", "custom_properties"),
    *("definition", "object_refs", "first_seen", "is_active", "end", "extensions"),
)
DICTIONARY_KEYS: tuple[str, ...] = (
    *("k", "Key", "k" * 250, "k" * 251, "with space", "", "naïve", "dot.ted", "hyphen-ated"),
    *("MD5", "SHA-256", "sha256", "foo_hash", "SSDEEP", "TLSH", "SO_REUSEADDR", "IPV6_V6ONLY"),
)
HASHES: tuple[str, ...] = ("a" * 32, "a" * 40, "A" * 64, "a" * 128, "g" * 32, "3:abc:def", "")
EXTENSIONS: tuple[tuple[str, Any], ...] = (
    (EXTENSION, {"extension_type": "property-extension", "rank": 1}),
    (EXTENSION, {"extension_type": "property-extension"}),
    (EXTENSION, {"extension_type": "property-extension", "Rank": None}),
    (EXTENSION, {"extension_type": "toplevel-property-extension"}),
    (EXTENSION, {"extension_type": "new-sdo"}),
    (EXTENSION, {"extension_type": "new-thing"}),
    (EXTENSION, {"rank": 1}),
    (EXTENSION, {}),
    (EXTENSION, []),
    (EXTENSION, "text"),
    ("extension-definition--01890a5d-ac96-774b-bcce-b302099a8057", {"extension_type": "new-sco"}),
    ("extension-definition--nonsense", {"extension_type": "property-extension"}),
    ("x-example-ext", {"rank": 1}),
    ("x-example", {"rank": 1}),
    ("Example-ext", {"rank": 1}),
    ("archive-ext", {"comment": "nothing in it"}),
    ("pdf-ext", {}),
    ("ntfs-ext", {"sid": "S-1-5"}),
    ("http-request-ext", {"request_method": "get"}),
    ("unix-account-ext", {"gid": "1"}),
)
SELECTORS: tuple[str, ...] = (
    *("id", "name", "type", "labels", "labels.[0]", "labels.[7]", "nothing", "extensions"),
    *(
        "external_references.[0].hashes.SHA-256",
        "name.[0]",
        "labels.first",
        "[0]",
        "",
        "a.b",
        "id.",
    ),
)
LANGUAGES: tuple[str, ...] = (
    *(
        "en",
        "de-AT",
        "zh-Hans",
        "zh-Hans-CN",
        "EN",
        "english",
        "en_US",
        "x",
        "",
        "i-klingon",
        "fil",
    ),
)
MARKINGS: tuple[dict[str, Any], ...] = (
    {"selectors": ["id"], "lang": "en"},
    {"selectors": ["id"], "lang": "en", "marking_ref": f"marking-definition--{UUID4}"},
    {"selectors": ["id"]},
    {"selectors": ["id"], "marking_ref": f"campaign--{UUID4}"},
    {"selectors": [], "marking_ref": f"marking-definition--{UUID4}"},
    {"marking_ref": f"marking-definition--{UUID4}"},
)
REFERENCES: tuple[dict[str, Any], ...] = (
    {"source_name": "cve", "external_id": "CVE-2024-0001"},
    {"source_name": "cve", "external_id": "2024-0001"},
    {"source_name": "cve", "description": "no number"},
    {"source_name": "CVE", "external_id": "CVE-2024-0001"},
    {"source_name": "capec", "external_id": "163"},
    {"source_name": "Example", "external_id": "CVE-2024-0001"},
    {"source_name": "Example"},
    {"source_name": "Example", "url": "not a url"},
    {"source_name": "Example", "url": "hxxps://bad[.]example/"},
    {"source_name": "Example", "url": "https://a.example/", "hashes": {"x_own": "ab"}},
    {"external_id": "17"},
    {"source_name": "Example", "external_id": "17", "x_more": 1},
)
ADDRESSES: tuple[str, ...] = (
    *("192.0.2.1", "192.0.2.1/32", "192.0.2.1/33", "192.0.2.256", "192.0.02.1", "192.0.2"),
    *("2001:db8::1", "2001:db8::/32", "::ffff:192.0.2.1", "2001:db8::g", "::", "2001:db8::1%eth0"),
    *("d2:fb:49:24:37:18", "D2:FB:49:24:37:18", "d2-fb-49-24-37-18", "a@b.example", "no at sign"),
    *("example.com", "пример.example", "ex ample", "hxxp://bad[.]example", "https://good.example/"),
)
PATTERNS: tuple[str, ...] = (
    *("[url:value = 'x']", "[url:value = 'x'", "not a pattern", "[x-own:value = 1]", "[]", ""),
    *("[file:hashes.MD5 = 'x'] FOLLOWEDBY [file:size > 5] WITHIN 5 SECONDS", "[a:b = 1]"),
)
