"""Every difference between the answers of this server and of medallion, and who decided it."""

from __future__ import annotations

from typing import Any

from tests.differential.difference import Difference


def _status(
    statuses: tuple[int, int],
    title: str,
    decided_by: tuple[str, ...],
    because: str,
    cases: tuple[str, ...],
) -> Difference:
    """Return a difference in the status alone: ours, theirs."""
    ours, theirs = map(str, statuses)
    return Difference(title, ("status",), cases, ours, theirs, decided_by, because)


def _both(*queries: str) -> tuple[str, ...]:
    """Return GETs of objects and of the manifest with these queries."""
    forms = ("objects", "manifest")
    return tuple(f"GET rw/{form} ?{query}" for query in queries for form in forms)


def _is_empty_envelope(ours: Any, theirs: Any) -> bool:
    return bool(ours == {"more": False} and theirs == {})


def _are_dates_of_nothing(ours: Any, theirs: Any) -> bool:
    return theirs == (None, None) and ours[0] is not None and ours[0] == ours[1]


def _has_aliases(ours: Any, theirs: Any) -> bool:
    def without(value: Any) -> Any:
        if isinstance(value, list):
            return [without(item) for item in value]
        if isinstance(value, dict):
            return {k: without(v) for k, v in value.items() if k != "alias"}
        return value

    return bool(without(ours) == theirs)


def _is_text_html(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, dict):
        return bool(ours.get("titled")) and theirs == "not JSON"
    taxii = "application/taxii+json;version=2.1"
    return (ours, theirs) == (taxii, "text/html; charset=utf-8")


def _offers_bearer(ours: Any, theirs: Any) -> bool:
    return ours == {"challenges": ["Basic", "Bearer"]} and theirs == {"challenges": ["Basic"]}


_ACCEPTED_BY_US = tuple(
    f"GET {path} (Accept: {note})"
    for path in ("/taxii2/", "rw/objects", "rw/manifest")
    for note in (
        "no Accept",
        "versionless",
        "quoted",
        "upper case",
        "in a list",
        "anything",
        "application",
    )
)

EVERYWHERE: tuple[Difference, ...] = (
    Difference(
        "An empty envelope says that there is no more",
        ("body",),
        ("GET *objects*",),
        '`{"more": false}`',
        "`{}`",
        ("A-04", "T-GET-04"),
        "An envelope without objects is a legal envelope, and a body of two bytes is mistaken for "
        "another encoding by some clients.",
        when=_is_empty_envelope,
    ),
    Difference(
        "An empty result has date headers",
        ("dates",),
        ("*",),
        "both headers, with a value that is a no-op as the next `added_after`",
        "no headers",
        ("A-05", "T-HDR-04"),
        "A client that keeps its cursor in X-TAXII-Date-Added-Last forgets it without the header.",
        when=_are_dates_of_nothing,
    ),
    Difference(
        "A collection has an alias",
        ("body",),
        ("GET *",),
        "`alias` in each collection",
        "none",
        ("A-24", "T-COL-07"),
        "An alias is optional in TAXII. A file without aliases gets them from its titles.",
        when=_has_aliases,
    ),
    Difference(
        "Every error is a TAXII error",
        ("type", "body"),
        ("*",),
        "`application/taxii+json;version=2.1`, a TAXII error (OPTIONS: no body)",
        "`text/html`",
        ("A-30", "T-CN-01", "T-NET-13", "T-URL-08", "T-URL-12"),
        "401, 405 and unknown paths come from medallion's framework, which answers in HTML.",
        when=_is_text_html,
    ),
    Difference(
        "API tokens are offered",
        ("headers",),
        ("*",),
        "challenges Basic and Bearer",
        "challenge Basic",
        ("T-NET-08", "T-NET-11"),
        "Medallion has passwords only.",
        when=_offers_bearer,
    ),
)

RESOURCES: tuple[Difference, ...] = (
    Difference(
        "Discovery names the coalition and its API Root",
        ("body",),
        (
            "GET /taxii2/",
            "GET /taxii2/ (Accept: with a space)",
            "GET /taxii2/ (Accept: with STIX)",
        ),
        "the coalition's title; its API Root first and as `default`; what this client sees",
        "what the file says",
        ("A-17", "T-DISC-07"),
        "The file's discovery describes the old server. URLs are made from `base_url`.",
    ),
    Difference(
        "An API Root is titled by its path",
        ("body",),
        ("GET /circle1/", "GET /archive/"),
        "the path",
        "the file's title",
        ("T-ROOT-01",),
        "`coalition.toml` names no title for an API Root of group collections.",
    ),
    _status(
        (200, 404),
        "Aliases stand in URLs",
        ("A-24", "T-COL-08", "T-COL-09"),
        "A collection answers to its id and to its alias.",
        ("GET mixed-objects (by alias)", "GET mixed-objects/objects ?limit=1 (by alias)"),
    ),
    Difference(
        "media_types do not change by themselves",
        ("body",),
        ("GET scratch (after POST)",),
        "STIX 2.1, as configured (and an alias)",
        "STIX 2.0 too, because of a pushed object",
        ("A-29", "T-COL-10"),
        "What a collection may store is configuration; the 2.0 object was refused.",
    ),
    Difference(
        "Versions are listed in the order of date_added",
        ("body",),
        (
            "GET rw/objects/indicator/versions",
            "GET rw/objects/tool/versions ?match[spec_version]=2.0",
            "GET rw/objects/tool/versions ?match[spec_version]=2.0,2.1",
            "GET rw/objects/indicator/versions ?limit=2*",
            "GET rw/objects/indicator/versions ?match[version]=last",
            "GET rw/objects/indicator/versions ?match[type]=tool",
            "GET scratch/objects/posted/versions (after POST)",
        ),
        "oldest first",
        "newest version first, within a page",
        ("A-20", "T-SORT-04"),
        "Date headers and `added_after` only work in one order.",
    ),
    Difference(
        "Objects of one time have dates of their own",
        ("body", "dates"),
        (
            "GET ties/manifest",
            "GET ties/objects ?added_after=*",
            "GET ties/manifest ?added_after=*",
            "GET ties/objects ?limit=2 (walk by added_after)",
        ),
        "the second is a microsecond later",
        "equal dates; a walk by added_after loses the second",
        ("A-23", "T-SORT-05", "T-PAG-08"),
        "A page may end between objects of one time. What follows has to be after its last date.",
    ),
)

FILTERS: tuple[Difference, ...] = (
    Difference(
        "added_after never makes an old version the latest, or a later one the first",
        ("body", "dates"),
        _both(
            "match[version]=first&added_after=2021-01-04T00:00:00.000000Z",
            "added_after=2021-01-11T00:00:00.000000Z",
            "added_after=2021-01-11T12:00:00.000000Z*",
        ),
        "versions are chosen first, then dates",
        "dates first; a stale version is shown as the latest",
        ("A-09", "T-FLT-29"),
        "A version that was added late is not the latest because of that.",
    ),
    Difference(
        "Blanks in a list are trimmed",
        ("body", "dates"),
        _both("match[id]=*,%20tool--*"),
        "both objects",
        "the first only",
        ("T-FLT-15",),
        "`a, b` is what people write.",
    ),
    _status(
        (400, 200),
        "A parameter is given once, with a value",
        ("A-16", "T-FLT-03", "T-FLT-12", "T-FLT-15", "T-FLT-30"),
        "Medallion takes the first value, and an empty filter for none.",
        _both(
            "limit=1&limit=2",
            "added_after=",
            "added_after=2021-01-01T00:00:00Z&added_after=2021-01-02T00:00:00Z",
            "match[type]=indicator&match[type]=malware",
            "match[type]=",
            "match[id]=",
            "match[spec_version]=",
        ),
    ),
    _status(
        (400, 200),
        "Values of match[version] do not contradict or repeat each other",
        ("A-15", "T-FLT-21"),
        "TAXII: `all` stands alone and no value is given twice.",
        _both("match[version]=all,first", "match[version]=first,first"),
    ),
    _status(
        (400, 500),
        "What is no timestamp is the client's error",
        ("A-06", "T-ERR-06", "T-FLT-03", "T-FLT-22"),
        "Medallion fails on it.",
        (
            *_both(
                "added_after=abc",
                "added_after=2024-13-01T00:00:00Z",
                "added_after=2021-01-01T00:00:00Z,2021-01-02T00:00:00Z",
                "match[version]=latest",
                "match[version]=2018",
                "match[version]=",
            ),
            "GET rw/objects/indicator ?match[version]=latest",
            "DELETE scratch/objects/three ?match[version]=latest",
        ),
    ),
    _status(
        (200, 500),
        "Every RFC 3339 timestamp is read",
        ("A-06", "T-FLT-04"),
        "Offsets and more than six digits are legal there; medallion reads `Z` and six.",
        _both(
            "added_after=2021-01-04T00:00:00%2B00:00",
            "added_after=2021-01-04T02:00:00+02:00",
            "added_after=2021-01-04T00:00:00.123456789Z",
        ),
    ),
    _status(
        (200, 400),
        "An empty next is no next",
        ("T-PAG-16",),
        "Some clients always send it.",
        _both("next="),
    ),
)

PROTOCOL: tuple[Difference, ...] = (
    _status(
        (200, 406),
        "Accept is read as HTTP defines it",
        ("A-21", "T-CN-03", "T-CN-04", "T-CN-05", "T-CN-07", "T-CN-08"),
        "Medallion compares the header with two texts.",
        _ACCEPTED_BY_US,
    ),
    _status(
        (200, 308),
        "A path is served in place",
        ("A-01", "T-URL-03"),
        "A redirect may turn POST into GET and drop credentials.",
        ("GET * (no slash)", "GET /circle1//collections/ (two slashes)"),
    ),
    _status(
        (401, 405),
        "Who asks comes before what is asked: methods",
        ("T-NET-09", "T-ERR-09"),
        "Without credentials nothing is said about methods.",
        ("PUT rw/objects (anonymous)", "DELETE rw/objects (anonymous)"),
    ),
    _status(
        (401, 200),
        "Who asks comes before what is asked: OPTIONS",
        ("T-URL-10",),
        "Without credentials nothing is said about methods.",
        ("OPTIONS rw/objects (anonymous)",),
    ),
    _status(
        (401, 404),
        "Who asks comes before what is asked: paths",
        ("T-NET-09", "T-ERR-09"),
        "Without credentials nothing is said about paths.",
        ("GET /nowhere/at/all/ (anonymous)",),
    ),
    _status(
        (200, 500),
        "HEAD is answered like GET",
        ("T-URL-09", "T-HDR-07"),
        "Medallion routes it and then fails.",
        ("HEAD rw/objects", "HEAD rw/objects/indicator"),
    ),
    _status(
        (404, 500),
        "HEAD of what is not there",
        ("T-URL-09",),
        "Medallion routes it and then fails.",
        ("HEAD rw/objects/absent",),
    ),
    _status(
        (403, 500),
        "HEAD of what may not be read",
        ("T-URL-09",),
        "Medallion routes it and then fails.",
        ("HEAD wo/objects",),
    ),
)

PUSHES: tuple[Difference, ...] = (
    Difference(
        "An exact duplicate is a success",
        ("body",),
        (
            "POST scratch/objects (the same again)",
            "POST scratch/objects (an object without a version, again)",
            "POST scratch/objects (one indicator twice)",
            "POST scratch/objects (Content-Type: with a space)",
        ),
        "a success, with a message",
        "a failure",
        ("A-12", "A-13", "T-ADD-02", "T-ADD-07"),
        "TAXII: the server MUST NOT report an error for it.",
    ),
    Difference(
        "An invalid object is a failure",
        ("body",),
        ("POST scratch/objects (one of two invalid)",),
        "one success, one failure",
        "two successes",
        ("T-ADD-15",),
        "Medallion does not validate.",
    ),
    Difference(
        "A STIX version that the collection does not store is a failure",
        ("body",),
        ("POST scratch/objects (STIX 2.0)",),
        "a failure",
        "a success; media_types grows",
        ("A-29", "T-ADD-17"),
        "What a collection may store is configuration.",
    ),
    _status(
        (202, 422),
        "One object's fault is its own",
        ("T-ADD-15", "T-ADD-16"),
        "What has no id, or is no object, is a failure named by its place in the envelope.",
        ("POST scratch/objects (an object without id)", "POST scratch/objects (not objects)"),
    ),
    _status(
        (422, 400),
        "A malformed body is 422",
        ("A-25", "T-ADD-13"),
        "TAXII lists 422 for a malformed body.",
        ("POST scratch/objects (not JSON)", "POST scratch/objects (truncated)"),
    ),
    _status(
        (422, 413),
        "An empty body is malformed, not large",
        ("A-25", "T-ADD-14"),
        "Medallion takes a Content-Length of 0 for one over the limit.",
        ("POST scratch/objects (empty body)",),
    ),
    _status(
        (422, 202),
        "A body without objects is refused",
        ("T-ADD-14", "T-CN-16"),
        "Nothing was added, so nothing can be complete; I-JSON has no byte order mark.",
        (
            "POST scratch/objects (objects empty)",
            "POST scratch/objects (objects no list)",
            "POST scratch/objects (byte order mark)",
        ),
    ),
    _status(
        (202, 415),
        "Content-Type is read as HTTP defines it",
        ("A-22", "T-CN-13", "T-CN-15"),
        "Clients send STIX's and JSON's media types for envelopes.",
        (
            "POST scratch/objects (Content-Type: versionless)",
            "POST scratch/objects (Content-Type: STIX)",
            "POST scratch/objects (Content-Type: JSON)",
        ),
    ),
    _status(
        (202, 400),
        "A chunked body is read",
        ("T-ADD-12",),
        "Its length is counted while it is read; medallion wants Content-Length.",
        ("POST scratch/objects (chunked)",),
    ),
    _status(
        (415, 202),
        "An encoding that is not read is refused",
        ("T-ADD-27",),
        "Medallion ignores Content-Encoding, also of a body that is encoded.",
        ("POST scratch/objects (encoded br)",),
    ),
)

DELETES: tuple[Difference, ...] = (
    _status(
        (400, 200),
        "A delete is never widened by ignoring a filter: known filters",
        ("A-08", "T-DEL-10"),
        "Medallion ignores the filter and deletes.",
        (
            "DELETE scratch/objects/one ?match[type]=indicator",
            "DELETE scratch/objects/two ?added_after=2020-01-01T00:00:00Z",
        ),
    ),
    _status(
        (400, 404),
        "A delete is never widened by ignoring a filter: unknown filters",
        ("A-07", "T-DEL-10"),
        "The object of this request was deleted there by the request before.",
        ("DELETE scratch/objects/two ?match[foo]=x",),
    ),
    Difference(
        "A version that is the latest again is added again",
        ("dates",),
        ("GET scratch/objects/three (after DELETE of the last)",),
        "dated now",
        "its old date",
        ("T-DEL-06",),
        "Pollers are past the old date; they would keep the deleted version.",
    ),
    _status(
        (404, 200),
        "DELETE takes every version",
        ("A-11", "T-DEL-02", "T-DEL-04"),
        "Medallion takes the last one and shows an older one afterwards.",
        ("GET scratch/objects/posted (after DELETE)",),
    ),
    Difference(
        "What remains at the end follows from the above",
        ("body", "dates"),
        ("GET scratch/* ?match[version]=all (at the end)",),
        "objects whose delete was refused",
        "objects that were wrongly taken, versions wrongly left",
        ("A-11", "T-ADD-15", "T-DEL-04", "T-DEL-10"),
        "Pushes and deletes that were answered otherwise left other objects.",
    ),
)

DIFFERENCES: tuple[Difference, ...] = (
    *EVERYWHERE,
    *RESOURCES,
    *FILTERS,
    *PROTOCOL,
    *PUSHES,
    *DELETES,
)
