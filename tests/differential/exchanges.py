"""The requests that both servers get, in this order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from tests.differential import data
from tests.differential.exchange import COLLECTIONS, Exchange
from tests.support.wire import TAXII


def exchanges() -> list[Exchange]:
    """Return every request in order; those that change something come last."""
    made = [
        *_resources(),
        *_filters(),
        *_bad_parameters(),
        *_objects(),
        *_versions(),
        *_walks(),
        *_negotiation(),
        *_authentication(),
        *_permissions(),
        *_methods(),
        *_paths(),
        *_posts(),
        *_deletes(),
    ]
    names = [one.name for one in made]
    twice = sorted({name for name in names if names.count(name) > 1})
    assert not twice, f"names stand twice: {twice}"
    return made


def _gets(path: str, queries: Iterable[str]) -> Iterator[Exchange]:
    return (Exchange("GET", path, query) for query in queries)


ROOT_PATHS = (
    "/taxii2/",
    f"/{data.ROOT}/",
    f"/{data.SECOND_ROOT}/",
    f"/{data.ROOT}/collections/",
    f"/{data.SECOND_ROOT}/collections/",
    f"/{data.ROOT}/status/{data.STATUS}/",
    f"/{data.ROOT}/status/{data.MIXED_STATUS}/",
)


def _resources() -> Iterator[Exchange]:
    yield from (Exchange("GET", path) for path in ROOT_PATHS)
    yield from (Exchange("GET", name) for name in COLLECTIONS)
    yield Exchange("GET", "mixed-objects", note="by alias")
    yield Exchange("GET", "mixed-objects/objects", "limit=1", note="by alias")
    yield Exchange("GET", "/nowhere/")
    yield Exchange("GET", "/nowhere/collections/")
    yield Exchange("GET", f"/nowhere/collections/{data.RW}/objects/")
    yield Exchange("GET", f"/{data.SECOND_ROOT}/collections/{data.RW}/")
    yield Exchange("GET", f"/{data.SECOND_ROOT}/collections/{data.ARCHIVED}/objects/")
    yield Exchange("GET", f"/{data.ROOT}/status/{data.MISSING}/")
    yield Exchange("GET", f"/{data.ROOT}/status/not-a-uuid/")
    yield Exchange("GET", f"/{data.SECOND_ROOT}/status/{data.STATUS}/")
    yield Exchange("GET", f"/{data.ROOT}/collections/", "limit=1")


TYPES = ("", "match[type]=indicator", "match[type]=indicator,malware", "match[type]=x-none")
IDS = ("", f"match[id]={data.INDICATOR}", f"match[id]={data.INDICATOR},{data.TOOL}")
VERSIONS = (
    "",
    "match[version]=all",
    "match[version]=first",
    "match[version]=last",
    "match[version]=first,last",
    f"match[version]={data.SECOND}",
)
SPECS = (
    "",
    "match[spec_version]=2.0",
    "match[spec_version]=2.1",
    "match[spec_version]=2.0,2.1",
    "match[spec_version]=9.9",
)
AFTER = ("", "added_after=2021-01-04T00:00:00.000000Z", "added_after=2099-01-01T00:00:00.000000Z")
MORE_FILTERS = (
    "match[type]=url",
    "match[type]=marking-definition",
    "match[type]=tool",
    "match[version]=2020-02-01T00:00:00.5Z",
    "match[version]=2020-02-01T00:00:00.500000Z",
    "match[version]=2020-01-01T00:00:00Z",
    f"match[version]={data.FIRST},{data.THIRD}",
    f"match[version]=first,{data.SECOND},last",
    "match[version]=2021-01-06T00:00:00.000250Z",
    "match[version]=2020-02-01T00:00:00.501Z",
    f"match[id]={data.ABSENT}",
    f"match[id]={data.TOOL}&match[spec_version]=2.0&match[version]=last",
    f"match[id]={data.TOOL}&match[spec_version]=2.0&match[version]=first",
    f"match[id]={data.TOOL}&match[spec_version]=2.0&match[version]=all",
    f"match[id]={data.TOOL}&match[version]=all",
    f"match[type]=indicator,malware&match[id]={data.INDICATOR}",
    f"match[type]=malware&match[id]={data.INDICATOR}",
    "added_after=2021-01-04T00:00:00Z",
    "added_after=2021-01-06T00:00:00.000250Z",
    "added_after=2021-01-11T00:00:00.000000Z",
    "added_after=2021-01-11T12:00:00.000000Z",
    f"added_after=2021-01-11T12:00:00.000000Z&match[id]={data.CAMPAIGN}",
    "added_after=2021-01-08T12:00:00.000000Z&match[spec_version]=2.0",
    "limit=1",
    "limit=3",
    "limit=8",
    "limit=100",
    "limit=100000",
    "match%5Btype%5D=malware",
    "match[foo]=bar",
    "foo=bar",
    "match[type]=indicator&limit=1",
)


def _filters() -> Iterator[Exchange]:
    """Every pair of filter fields, on objects and on the manifest, and then some."""
    groups = (TYPES, IDS, VERSIONS, SPECS, AFTER)
    queries: dict[str, None] = {}
    for number, left in enumerate(groups):
        for right in groups[number + 1 :]:
            for one in left:
                for other in right:
                    queries["&".join(filter(None, (one, other)))] = None
    for query in MORE_FILTERS:
        queries[query] = None
    for form in ("objects", "manifest"):
        yield from _gets(f"rw/{form}", queries)
        yield from _gets(f"ro/{form}", ("", "limit=23", "limit=22", "match[version]=all&limit=5"))
        yield Exchange("GET", f"empty/{form}")
        yield from _gets(f"ties/{form}", ("", "limit=2", f"added_after={data.day(2)}"))


def _bad_parameters() -> Iterator[Exchange]:
    bad = (
        "limit=0",
        "limit=-1",
        "limit=abc",
        "limit=1.5",
        "limit=",
        "limit=1&limit=2",
        "added_after=abc",
        "added_after=",
        "added_after=2024-13-01T00:00:00Z",
        "added_after=2021-01-01T00:00:00Z,2021-01-02T00:00:00Z",
        "added_after=2021-01-01T00:00:00Z&added_after=2021-01-02T00:00:00Z",
        "added_after=2021-01-04T00:00:00%2B00:00",
        "added_after=2021-01-04T02:00:00+02:00",
        "added_after=2021-01-04T00:00:00.123456789Z",
        "added_after=2021-01-04t00:00:00z",
        "match[type]=indicator&match[type]=malware",
        "match[type]=",
        "match[id]=",
        f"match[id]={data.INDICATOR},,{data.TOOL}",
        f"match[id]={data.INDICATOR},%20{data.TOOL}",
        "match[version]=all,first",
        "match[version]=first,first",
        "match[version]=latest",
        "match[version]=2018",
        "match[version]=",
        "match[spec_version]=",
        "next=garbage",
        "next=garbage&limit=2",
        "next=",
    )
    for form in ("objects", "manifest"):
        yield from _gets(f"rw/{form}", bad)


def _objects() -> Iterator[Exchange]:
    for name in ("indicator", "malware", "tool", "statement", "url", "campaign", "absent"):
        yield Exchange("GET", f"rw/objects/{name}")
    for name in ("indicator", "tool"):
        queries = (*VERSIONS[1:], *SPECS[1:], *AFTER[1:], "limit=1", "match[version]=all&limit=2")
        yield from _gets(f"rw/objects/{name}", queries)
    yield from _gets("rw/objects/tool", ("match[spec_version]=2.0&match[version]=all",))
    yield from _gets(
        "rw/objects/indicator",
        ("match[type]=malware", f"match[id]={data.MALWARE}", "limit=0", "match[version]=latest"),
    )
    yield from _gets("rw/objects/statement", (f"match[version]={data.SECOND}",))
    for query in ("all", "first", "last", "2021-01-06T00:00:00.000250Z"):
        yield Exchange("GET", "rw/objects/url", f"match[version]={query}")
    yield Exchange("GET", "rw/objects/absent", "match[version]=all")
    yield Exchange("GET", "rw/objects/not-an-id")


def _versions() -> Iterator[Exchange]:
    for name in ("indicator", "malware", "tool", "statement", "url", "campaign", "absent"):
        yield Exchange("GET", f"rw/objects/{name}/versions")
    yield from _gets("rw/objects/tool/versions", SPECS[1:])
    queries = (
        *AFTER[1:],
        "limit=1",
        "limit=2",
        "match[version]=last",
        "match[type]=tool",
        "limit=x",
    )
    yield from _gets("rw/objects/indicator/versions", queries)


def _walks() -> Iterator[Exchange]:
    for walk in ("next", "added_after"):
        for path, query in (
            ("ro/objects", "limit=5"),
            ("ro/manifest", "limit=5"),
            ("ties/objects", "limit=2"),
            ("rw/objects", "limit=2"),
            ("rw/objects", "match[version]=all&limit=3"),
            ("rw/manifest", "match[type]=indicator&match[version]=all&limit=1"),
            ("rw/objects/indicator", "match[version]=all&limit=1"),
            ("rw/objects/indicator/versions", "limit=2"),
        ):
            yield Exchange("GET", path, query, follow=walk, note=f"walk by {walk}")


ACCEPTS = (
    ("no Accept", None),
    ("versionless", "application/taxii+json"),
    ("with a space", "application/taxii+json; version=2.1"),
    ("quoted", 'application/taxii+json;version="2.1"'),
    ("upper case", "APPLICATION/TAXII+JSON;version=2.1"),
    ("in a list", "text/html, application/taxii+json;version=2.1;q=0.5"),
    ("with STIX", "application/taxii+json;version=2.1,application/stix+json;version=2.1"),
    ("anything", "*/*"),
    ("application", "application/*"),
    ("JSON", "application/json"),
    ("TAXII 2.0", "application/taxii+json;version=2.0"),
    ("old TAXII 2.0", "application/vnd.oasis.taxii+json;version=2.0"),
    ("STIX", "application/stix+json;version=2.1"),
    ("HTML", "text/html"),
    ("q=0", "application/taxii+json;version=2.1;q=0"),
)


def _negotiation() -> Iterator[Exchange]:
    for path in ("/taxii2/", "rw/objects", "rw/manifest"):
        for note, accept in ACCEPTS:
            yield Exchange("GET", path, accept=accept, note=f"Accept: {note}")
    for path in (f"/{data.ROOT}/", f"/{data.ROOT}/collections/", "rw", "rw/objects/indicator"):
        yield Exchange("GET", path, accept="text/html", note="Accept: HTML")
    header = ("Content-Type", "application/json")
    yield Exchange("GET", "rw/objects", headers=(header,), note="Content-Type on GET")


def _authentication() -> Iterator[Exchange]:
    bad = (
        ("wrong password", "Basic c29tZWJvZHk6d3Jvbmc="),
        ("no colon", "Basic c29tZWJvZHk="),
        ("not base64", "Basic ???"),
        ("unknown scheme", "Token abc"),
    )
    for path in ("/taxii2/", f"/{data.ROOT}/", "rw/objects", f"/{data.ROOT}/status/{data.STATUS}/"):
        yield Exchange("GET", path, authorize=False, note="anonymous")
    for note, value in bad:
        header = ("Authorization", value)
        yield Exchange("GET", "/taxii2/", headers=(header,), authorize=False, note=note)
    for method in ("POST", "DELETE", "PUT", "OPTIONS", "HEAD"):
        yield Exchange(method, "rw/objects", authorize=False, note="anonymous")
    yield Exchange("GET", "/nowhere/at/all/", authorize=False, note="anonymous")


def _permissions() -> Iterator[Exchange]:
    envelope = {"objects": [data.make_indicator(0x600)]}
    for name in ("ro", "wo", "no", "missing"):
        for form in ("objects", "manifest"):
            yield (
                Exchange("GET", f"{name}/{form}")
                if name != "ro"
                else Exchange("GET", f"ro/{form}", "limit=2")
            )
        known = data.stix_id("indicator", 0x100 if name == "ro" else 0x400)
        yield Exchange("GET", f"{name}/objects/{known}")
        yield Exchange("GET", f"{name}/objects/{known}/versions")
        if name != "wo":
            yield _post(name, envelope)
        yield Exchange("DELETE", f"{name}/objects/{known}")
        yield Exchange("DELETE", f"{name}/objects/absent")


def _methods() -> Iterator[Exchange]:
    paths = ("/taxii2/", f"/{data.ROOT}/", f"/{data.ROOT}/collections/", "rw", "rw/manifest")
    for path in (*paths, "rw/objects", "rw/objects/indicator", "rw/objects/indicator/versions"):
        for method in ("HEAD", "OPTIONS", "PUT", "PATCH"):
            yield Exchange(method, path)
    for path in (*paths, "rw/objects/indicator"):
        yield Exchange("POST", path, body=b"{}", note="a body")
    for path in (*paths, "rw/objects"):
        yield Exchange("DELETE", path)
    yield Exchange("HEAD", "rw/objects/absent")
    yield Exchange("HEAD", "wo/objects")


def _paths() -> Iterator[Exchange]:
    rw = f"/{data.ROOT}/collections/{data.RW}"
    yield Exchange("GET", "/")
    yield Exchange("GET", "/taxii2", note="no slash")
    yield Exchange("GET", f"/{data.ROOT}", note="no slash")
    yield Exchange("GET", f"/{data.ROOT}/collections", note="no slash")
    yield Exchange("GET", rw, note="no slash")
    yield Exchange("GET", f"{rw}/objects", note="no slash")
    yield Exchange("GET", f"{rw}/manifest", note="no slash")
    yield Exchange("GET", f"/{data.ROOT}//collections/", note="two slashes")
    yield Exchange("GET", f"//{data.ROOT}/collections/", note="two slashes")
    yield Exchange("GET", f"/{data.ROOT}/channels/")
    yield Exchange("GET", f"/{data.ROOT}/nothing/here/")
    yield Exchange("GET", f"/{data.ROOT}/collections/%2e%2e/")
    yield Exchange("GET", f"/{data.ROOT}/collections/%00/")
    yield Exchange("GET", f"{rw}/objects/%2e%2e%2fetc/")


def _post(
    path: str,
    body: object,
    note: str = "",
    content_type: str | None = TAXII,
    follow: str = "",
) -> Exchange:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = () if content_type is None else (("Content-Type", content_type),)
    return Exchange("POST", f"{path}/objects", headers=headers, body=raw, note=note, follow=follow)


def _posts() -> Iterator[Exchange]:
    one = data.make_indicator(0x500)
    yield _post("scratch", {"objects": [one]}, "one indicator")
    yield Exchange("GET", "scratch/objects", f"match[id]={one['id']}")
    yield _post("scratch", {"objects": [one]}, "the same again")
    yield _post("scratch", {"objects": [{**one, "name": "Other"}]}, "same version, other content")
    newer = data.make_indicator(0x500, data.THIRD)
    older = data.make_indicator(0x500, data.SECOND)
    yield _post("scratch", {"objects": [newer]}, "a newer version")
    yield _post("scratch", {"objects": [older]}, "a version between")
    yield Exchange("GET", "scratch/objects/posted", "match[version]=all", note="after POST")
    yield Exchange("GET", "scratch/objects/posted", note="after POST")
    yield Exchange("GET", "scratch/objects/posted/versions", note="after POST")
    url: dict[str, object] = {"type": "url", "spec_version": "2.1", "value": "https://p.example/"}
    url |= {"id": data.stix_id("url", 0x500), "object_marking_refs": [data.GREEN]}
    yield _post("scratch", {"objects": [url]}, "an object without a version")
    yield _post("scratch", {"objects": [url]}, "an object without a version, again")
    yield Exchange("GET", "scratch/objects/posted-url", note="after POST")
    yield Exchange("GET", "scratch/objects/posted-url/versions", note="after POST")
    marking = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": data.stix_id("marking-definition", 0x500),
        "created": data.FIRST,
        "definition_type": "statement",
        "definition": {"statement": "Ours"},
    }
    yield _post("scratch", {"objects": [marking]}, "a marking")
    yield Exchange("GET", "scratch/objects/posted-marking/versions", note="after POST")
    pair = [data.make_indicator(0x510), data.make_indicator(0x511)]
    yield _post("scratch", {"objects": pair}, "two indicators")
    twin = data.make_indicator(0x512)
    yield _post("scratch", {"objects": [twin, twin]}, "one indicator twice")
    bundle = {"type": "bundle", "id": "bundle--00000001-0000-4000-8000-000000000000"}
    yield _post("scratch", {**bundle, "objects": [data.make_indicator(0x513)]}, "a bundle")
    yield _post("scratch", {"objects": [data.make_indicator(0x514)], "x_more": 1}, "x_ property")
    invalid = {**data.make_indicator(0x515), "pattern": 5}
    yield _post("scratch", {"objects": [invalid, data.make_indicator(0x516)]}, "one of two invalid")
    yield _post("scratch", {"objects": [{"type": "indicator"}]}, "an object without id")
    old = {**data.make_indicator(0x517)}
    old.pop("spec_version")
    yield _post("scratch", {"objects": [old]}, "STIX 2.0")
    yield _post("wo", {"objects": [data.make_indicator(0x520)]}, "write-only")
    followed = {"objects": [data.make_indicator(0x521), data.make_indicator(0x522)]}
    yield _post("scratch", followed, "and then its status", follow="status")
    yield Exchange("GET", "scratch", note="after POST")
    yield from _bad_posts()


def _bad_posts() -> Iterator[Exchange]:
    bodies: tuple[tuple[str, bytes], ...] = (
        ("empty body", b""),
        ("not JSON", b"nonsense"),
        ("truncated", b'{"objects": ['),
        ("a list", b"[]"),
        ("no objects", b"{}"),
        ("objects empty", b'{"objects": []}'),
        ("objects no list", b'{"objects": {}}'),
        ("not objects", b'{"objects": [1]}'),
        ("byte order mark", b'\xef\xbb\xbf{"objects": []}'),
        ("NaN", b'{"objects": [{"x": NaN}]}'),
    )
    for note, body in bodies:
        yield _post("scratch", body, note)
    good = {"objects": [data.make_indicator(0x500)]}
    for note, content_type in (
        ("no Content-Type", None),
        ("versionless", "application/taxii+json"),
        ("with a space", "application/taxii+json; version=2.1"),
        ("TAXII 2.0", "application/taxii+json;version=2.0"),
        ("STIX", "application/stix+json;version=2.1"),
        ("JSON", "application/json"),
        ("text", "text/plain"),
        ("form", "application/x-www-form-urlencoded"),
    ):
        yield _post("scratch", good, f"Content-Type: {note}", content_type)
    headers = (("Content-Type", TAXII),)
    body = json.dumps(good).encode()
    html = Exchange("POST", "scratch/objects", headers=headers, body=body, accept="text/html")
    yield Exchange(html.method, html.path, "", headers, "text/html", body, "Accept: HTML")
    chunked = (*headers, ("Transfer-Encoding", "chunked"))
    framed = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    yield Exchange("POST", "scratch/objects", headers=chunked, body=framed, note="chunked")
    packed = (*headers, ("Content-Encoding", "br"))
    yield Exchange("POST", "scratch/objects", headers=packed, body=body, note="encoded br")
    large = b'{"objects": [], "x": "' + b"x" * data.MAX_CONTENT_LENGTH + b'"}'
    yield _post("scratch", large, "over max_content_length")


def _deletes() -> Iterator[Exchange]:
    yield Exchange("DELETE", "scratch/objects/absent")
    yield Exchange("DELETE", "scratch/objects/one", "match[type]=indicator")
    yield Exchange("DELETE", "scratch/objects/two", "added_after=2020-01-01T00:00:00Z")
    yield Exchange("DELETE", "scratch/objects/two", "match[foo]=x")
    yield Exchange("DELETE", "scratch/objects/three", "match[version]=latest")
    yield Exchange("DELETE", "scratch/objects/three", "match[version]=2019-01-01T00:00:00.000Z")
    yield Exchange("DELETE", "scratch/objects/three", "match[spec_version]=2.0")
    yield Exchange("DELETE", "scratch/objects/three", f"match[version]={data.SECOND}")
    yield Exchange("GET", "scratch/objects/three", "match[version]=all", note="after DELETE")
    yield Exchange("DELETE", "scratch/objects/three", "match[version]=last")
    yield Exchange("GET", "scratch/objects/three", note="after DELETE of the last")
    yield Exchange("DELETE", "scratch/objects/three", "match[version]=all")
    yield Exchange("GET", "scratch/objects/three", note="after DELETE of all")
    yield Exchange("DELETE", "scratch/objects/posted", note="three versions")
    yield Exchange("GET", "scratch/objects/posted", note="after DELETE")
    yield Exchange("DELETE", "scratch/objects/posted-url")
    yield Exchange("DELETE", "scratch/objects/posted-url", note="again")
    yield Exchange(
        "DELETE", "scratch/objects/posted-marking", accept="text/html", note="Accept: HTML"
    )
    yield Exchange("GET", "scratch/objects", "match[version]=all", note="at the end")
    yield Exchange("GET", "scratch/manifest", "match[version]=all", note="at the end")
