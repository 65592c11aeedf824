"""``coalition.toml``: what it means, and every problem that is reported."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from taxii_server.errors import ConfigError
from taxii_server.settings import packaged_config
from taxii_server.sharing.coalition import (
    STIX_2_0,
    STIX_2_1,
    Coalition,
    CollectionKind,
    MemberKind,
    Tlp,
)
from taxii_server.sharing.coalition_file import KEYS, load_coalition, parse_coalition
from taxii_server.sharing.coalition_warnings import coalition_warnings

ID_1 = "identity--11111111-1111-4111-8111-111111111111"
ID_2 = "identity--22222222-2222-4222-8222-222222222222"
COLLECTION_ID = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"

HEAD = """
[coalition]
name = "Test"
"""
MEMBERS = """
[[member]]
name = "facebook"
kind = "company"
title = "Facebook"
[[member]]
name = "twitter"
kind = "company"
[[member]]
name = "cisa"
kind = "agency"
"""
BASE = HEAD + MEMBERS
RELEASE = """
[[release]]
name = "reports"
from = ["companies"]
to = ["members"]
types = ["report"]
"""
WAR_ROOM = """
[[collection]]
alias = "war-room"
title = "War room"
readers = ["companies"]
writers = ["facebook"]
"""


def parse(text: str) -> Coalition:
    return parse_coalition(tomllib.loads(text), source="coalition.toml")


def problems_of(text: str) -> tuple[str, ...]:
    try:
        parse(text)
    except ConfigError as error:
        return error.problems
    return ()


def warnings_of(text: str) -> list[str]:
    return coalition_warnings(parse(text), tomllib.loads(text))


def test_every_member_has_submissions_and_a_feed_of_its_own() -> None:
    """Design section 2: nobody else reads or writes them."""
    coalition = parse(BASE)

    submissions, feed = coalition.submissions_of("facebook"), coalition.feed_of("facebook")
    assert (submissions.alias, submissions.title) == ("from-facebook", "From Facebook")
    assert (feed.alias, feed.title) == ("for-facebook", "For Facebook")
    assert submissions.readers == submissions.writers == feed.readers == {"facebook"}
    assert feed.writers == frozenset()
    assert submissions.root == feed.root == "coalition"


def test_what_the_file_does_not_say_has_its_default() -> None:
    coalition = parse(BASE)

    cisa = coalition.member("cisa")
    assert (cisa.kind, cisa.title, cisa.identities) == (MemberKind.AGENCY, "cisa", ())
    assert cisa.default_marking is Tlp.AMBER
    assert (coalition.title, coalition.api_root, coalition.identity) == ("Test", "coalition", "")


def test_ids_that_are_not_configured_stay_open() -> None:
    assert {c.id for c in parse(BASE + WAR_ROOM).collections} == {""}


def test_groups_in_rules_become_their_members() -> None:
    text = BASE + RELEASE.replace('["members"]', '["desk", "twitter"]')
    coalition = parse(text + '[groups]\ndesk = ["agencies"]\n')

    (rule,) = coalition.policy.releases
    assert rule.from_members == {"facebook", "twitter"}
    assert rule.to_members == {"cisa", "twitter"}
    assert (rule.name, rule.types, rule.up_to) == ("reports", frozenset({"report"}), Tlp.AMBER)


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("clear", Tlp.CLEAR),
        ("white", Tlp.CLEAR),
        ("green", Tlp.GREEN),
        ("amber", Tlp.AMBER),
        ("amber+strict", Tlp.AMBER_STRICT),
        ("red", Tlp.RED),
    ],
)
def test_up_to_and_default_marking_take_every_tlp_level(word: str, level: Tlp) -> None:
    text = BASE.replace('"agency"', f'"agency"\ndefault_marking = "{word}"')
    coalition = parse(text + RELEASE + f'up_to = "{word}"\n')

    assert coalition.policy.releases[0].up_to is level
    assert coalition.member("cisa").default_marking is level


def test_a_withhold_rule_may_have_an_exception() -> None:
    text = BASE + RELEASE.replace("release", "withhold") + 'unless = "pseudonymous"\n'

    (rule,) = parse(text).policy.withholds
    assert rule.unless == "pseudonymous"


def test_a_collection_table_is_a_group_collection() -> None:
    text = BASE + WAR_ROOM + f'visible_to = ["members"]\nid = "{COLLECTION_ID}"\nroot = "/a/b/"\n'

    found = parse(text + f'media_types = ["{STIX_2_0}", "{STIX_2_1}"]').collections[-1]

    assert (found.kind, found.member, found.root) == (CollectionKind.GROUP, "", "a/b")
    assert (found.id, found.alias, found.title) == (COLLECTION_ID, "war-room", "War room")
    assert found.readers == {"facebook", "twitter"}
    assert found.writers == {"facebook"}
    assert found.visible_to == {"facebook", "twitter", "cisa"}
    assert found.spec_versions == {"2.0", "2.1"}


@pytest.mark.parametrize(
    ("root", "stored"), [("", ""), ("/", ""), ("taxii2/api1", "taxii2/api1"), ("other", "other")]
)
def test_group_collections_may_stand_in_further_api_roots(root: str, stored: str) -> None:
    """T-URL-06: roots of several segments, and the root of the host."""
    coalition = parse(BASE + WAR_ROOM + f'root = "{root}"\n')

    assert coalition.roots == ("coalition", stored)


def test_one_alias_and_title_may_occur_in_two_api_roots() -> None:
    assert problems_of(BASE + WAR_ROOM + WAR_ROOM + 'root = "other"\n') == ()


PROBLEMS = {
    "unknown section": (BASE + "[x]\n", "[x]: unknown section"),
    "no coalition": (MEMBERS, "[coalition] name: is missing"),
    "empty name": (BASE.replace('"Test"', '" "'), "[coalition] name: must not be empty"),
    "name no text": (BASE.replace('"Test"', "7"), "[coalition] name: must be text, is 7"),
    "unknown coalition key": (
        HEAD + "title = 'x'\n" + MEMBERS,
        "[coalition] title: unknown key",
    ),
    "coalition no section": ("coalition = 1\n" + MEMBERS, "[coalition]: must be a section of keys"),
    "root of the server": (
        HEAD + 'api_root = "taxii2"\n' + MEMBERS,
        "[coalition] api_root: 'taxii2' is a path of the server itself",
    ),
    "root of the host": (
        HEAD + 'api_root = "/"\n' + MEMBERS,
        "[coalition] api_root: must not be /, which only group collections may use",
    ),
    "root syntax": (
        HEAD + 'api_root = "a b"\n' + MEMBERS,
        "[coalition] api_root: must be a path of letters, digits and . _ ~ - between slashes, "
        "is 'a b'",
    ),
    "coalition identity": (
        HEAD + 'identity = "identity--1"\n' + MEMBERS,
        "[coalition] identity: must be identity-- and a UUID in lower case",
    ),
    "no members": (HEAD, "[[member]]: a coalition needs at least one member"),
    "member no table": (
        "member = 1\n" + HEAD,
        "[[member]]: must be tables, each begun by a line [[member]]",
    ),
    "member without name": (
        BASE + '[[member]]\nkind = "agency"\n',
        "[[member]] number 4: name: is missing",
    ),
    "member name syntax": (
        BASE.replace('"cisa"', '"CISA!"'),
        "[[member]] CISA!: name: must be lower-case letters, digits and hyphens, at most 63",
    ),
    "member named like a group": (
        BASE.replace('"cisa"', '"agencies"'),
        "[[member]] agencies: name: is the name of a built-in group",
    ),
    "duplicate member": (
        BASE + '[[member]]\nname = "cisa"\nkind = "agency"\ntitle = "Other"\n',
        "[[member]] cisa: name: is the name of another member too",
    ),
    "member kind": (
        BASE.replace('"agency"', '"person"'),
        "[[member]] cisa: kind: must be one of company, agency, is 'person'",
    ),
    "member without kind": (
        BASE.replace('kind = "agency"', ""),
        "[[member]] cisa: kind: is missing",
    ),
    "unknown member key": (BASE + "color = 1\n", "[[member]] cisa: color: unknown key"),
    "identity syntax": (
        BASE + 'identities = ["identity--1"]\n',
        "[[member]] cisa: identities: 'identity--1' must be identity-- and a UUID in lower case",
    ),
    "identity of another type": (
        BASE + f'identities = ["{ID_1.replace("identity", "campaign")}"]\n',
        f"[[member]] cisa: identities: '{ID_1.replace('identity', 'campaign')}' must be "
        "identity-- and a UUID in lower case",
    ),
    "identity twice": (
        BASE + f'identities = ["{ID_1}", "{ID_1}"]\n',
        f"[[member]] cisa: identities: '{ID_1}' is given twice",
    ),
    "identity of two members": (
        BASE.replace('"agency"', f'"agency"\nidentities = ["{ID_1}"]')
        + f'[[member]]\nname = "fbi"\nkind = "agency"\nidentities = ["{ID_2}", "{ID_1}"]\n',
        f"[[member]] fbi: identities: {ID_1} belongs to cisa already",
    ),
    "identity of the coalition": (
        HEAD + f'identity = "{ID_1}"\n' + MEMBERS + f'identities = ["{ID_1}"]\n',
        f"[[member]] cisa: identities: {ID_1} belongs to the coalition already",
    ),
    "default marking": (
        BASE + 'default_marking = "orange"\n',
        "[[member]] cisa: default_marking: must be one of white, clear, green, amber, "
        "amber+strict, red, is 'orange'",
    ),
    "group named like a member": (
        BASE + '[groups]\ncisa = ["facebook"]\n',
        "[groups] cisa: is the name of a member too",
    ),
    "group named like a built-in group": (
        BASE + '[groups]\ncompanies = ["facebook"]\n',
        "[groups] companies: is the name of a built-in group",
    ),
    "group name syntax": (
        BASE + '[groups]\n"A B" = ["facebook"]\n',
        "[groups] A B: must be lower-case letters, digits and hyphens",
    ),
    "unknown member in a group": (
        BASE + '[groups]\ndesk = ["fbi"]\n',
        "[groups] desk: 'fbi' is neither a member nor a group",
    ),
    "group no list": (
        BASE + '[groups]\ndesk = "cisa"\n',
        "[groups] desk: must be a list of texts, is 'cisa'",
    ),
    "unknown rule key": (
        BASE + RELEASE + 'unless = "pseudonymous"\n',
        "[[release]] reports: unless: unknown key",
    ),
    "ceiling of a withhold rule": (
        BASE + RELEASE.replace("release", "withhold") + 'up_to = "red"\n',
        "[[withhold]] reports: up_to: unknown key",
    ),
    "unless": (
        BASE + RELEASE.replace("release", "withhold") + 'unless = "anonymous"\n',
        "[[withhold]] reports: unless: must be one of pseudonymous, is 'anonymous'",
    ),
    "ceiling": (
        BASE + RELEASE + 'up_to = "AMBER"\n',
        "[[release]] reports: up_to: must be one of white, clear, green, amber, amber+strict, "
        "red, is 'AMBER'",
    ),
    "rule without name": (
        BASE + RELEASE.replace('name = "reports"', ""),
        "[[release]] number 1: name: is missing",
    ),
    "rule named like a built-in one": (
        BASE + RELEASE.replace('"reports"', '"builtin:own"'),
        "[[release]] builtin:own: name: must not begin with builtin:",
    ),
    "duplicate rule": (
        BASE + RELEASE + RELEASE.replace("release", "withhold"),
        "[[withhold]] reports: name: is the name of another rule too",
    ),
    "unknown producer": (
        BASE + RELEASE.replace('"companies"', '"fbi"'),
        "[[release]] reports: from: 'fbi' is neither a member nor a group",
    ),
    "no recipients": (
        BASE + RELEASE.replace('["members"]', "[]"),
        "[[release]] reports: to: must not be empty",
    ),
    "types missing": (
        BASE + RELEASE.replace('types = ["report"]', ""),
        "[[release]] reports: types: is missing",
    ),
    "types no list": (
        BASE + RELEASE.replace('["report"]', "[1]"),
        "[[release]] reports: types: must be a list of texts, is [1]",
    ),
    "type syntax": (
        BASE + RELEASE.replace('"report"', '"Report"'),
        "[[release]] reports: types: 'Report' is neither a STIX type name nor \"*\"",
    ),
    "unknown collection key": (
        BASE + WAR_ROOM + "can_read = true\n",
        "[[collection]] war-room: can_read: unknown key",
    ),
    "collection without alias": (
        BASE + WAR_ROOM.replace('alias = "war-room"', ""),
        "[[collection]] number 1: alias: is missing",
    ),
    "collection without title": (
        BASE + WAR_ROOM.replace('title = "War room"', ""),
        "[[collection]] war-room: title: is missing",
    ),
    "unknown reader": (
        BASE + WAR_ROOM.replace('"companies"', '"fbi"'),
        "[[collection]] war-room: readers: 'fbi' is neither a member nor a group",
    ),
    "unknown writer": (
        BASE + WAR_ROOM.replace('"facebook"', '"fbi"'),
        "[[collection]] war-room: writers: 'fbi' is neither a member nor a group",
    ),
    "unknown viewer": (
        BASE + WAR_ROOM + 'visible_to = ["fbi"]\n',
        "[[collection]] war-room: visible_to: 'fbi' is neither a member nor a group",
    ),
    "root no text": (
        BASE + WAR_ROOM + "root = 1\n",
        "[[collection]] war-room: root: must be text, is 1",
    ),
    "media type": (
        BASE + WAR_ROOM + 'media_types = ["application/json"]\n',
        f"[[collection]] war-room: media_types: 'application/json' is neither {STIX_2_1} "
        f"nor {STIX_2_0}",
    ),
    "no media types": (
        BASE + WAR_ROOM + "media_types = []\n",
        "[[collection]] war-room: media_types: must not be empty",
    ),
    "duplicate alias": (
        BASE + WAR_ROOM + WAR_ROOM.replace("War room", "Other"),
        "[[collection]] war-room: alias: 'war-room' is the alias of another collection too",
    ),
    "alias of a feed": (
        BASE + WAR_ROOM.replace("war-room", "for-cisa"),
        "[[collection]] for-cisa: alias: 'for-cisa' is the alias of another collection too",
    ),
    "duplicate title": (
        BASE + WAR_ROOM + WAR_ROOM.replace("war-room", "other"),
        "[[collection]] other: title: 'War room' is the title of another collection too, and "
        "some clients select by it",
    ),
    "members of one title": (
        BASE + 'title = "Facebook"\n',
        "[[member]] cisa: submissions: title: 'From Facebook' is the title of another collection "
        "too, and some clients select by it",
    ),
    "alias that is an id": (
        BASE
        + WAR_ROOM
        + f'id = "{COLLECTION_ID}"\n'
        + WAR_ROOM.replace("war-room", COLLECTION_ID).replace("War room", "Other"),
        f"[[collection]] {COLLECTION_ID}: alias: '{COLLECTION_ID}' is the id of another collection",
    ),
    "duplicate id": (
        BASE
        + WAR_ROOM
        + f'id = "{COLLECTION_ID}"\n'
        + WAR_ROOM
        + f'id = "{COLLECTION_ID.upper()}"\nroot = "other"\n',
        f"[[collection]] war-room: id: {COLLECTION_ID.upper()} is taken already",
    ),
    "id of the library": (
        BASE + WAR_ROOM + 'id = "library"\n',
        "[[collection]] war-room: id: library is taken already",
    ),
}


@pytest.mark.parametrize(("text", "problem"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_a_problem_is_reported_with_its_place(text: str, problem: str) -> None:
    assert problems_of(text)[0] == problem


@pytest.mark.parametrize(
    "root", ["taxii2", "healthz", "readyz/x", "metrics", "schemas", "openapi.json", "schemas/a"]
)
def test_paths_of_the_server_are_no_api_roots(root: str) -> None:
    """T-URL-07: its own URLs never clash with TAXII's."""
    (problem,) = problems_of(BASE + WAR_ROOM + f'root = "{root}"\n')

    assert problem.startswith("[[collection]] war-room: root: ")


@pytest.mark.parametrize("root", ["a/collections", "status", "x/status/y", "channels"])
def test_words_that_taxii_uses_below_a_root_are_no_api_roots(root: str) -> None:
    """T-CONF-02, and one URL must not mean two resources."""
    (problem,) = problems_of(BASE + WAR_ROOM + f'root = "{root}"\n')

    assert "which TAXII uses below an API Root" in problem


@pytest.mark.parametrize("root", ["a//b", "..", "a/../b", "a b", "a%20b", "ä", "a?b", "." * 3])
def test_an_api_root_is_a_plain_path(root: str) -> None:
    (problem,) = problems_of(BASE + WAR_ROOM + f'root = "{root}"\n')

    assert "must be a path of letters" in problem


@pytest.mark.parametrize("alias", ["a/b", "..", "-a", "a b", "ä", "a" * 129, "a?b", "a%2fb"])
def test_an_alias_stands_in_urls(alias: str) -> None:
    (problem,) = problems_of(BASE + WAR_ROOM.replace("war-room", alias))

    assert "because it stands in URLs" in problem


def test_all_problems_are_reported_at_once() -> None:
    text = "[coalition]\nnme = 'x'\n[[member]]\nname = 'A'\n[[release]]\nto = ['b']\n"

    assert len(problems_of(text)) == 8


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"coalition\.toml: cannot be read: No such file"):
        load_coalition(tmp_path / "coalition.toml")


def test_a_file_that_is_not_toml_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "coalition.toml"
    file.write_bytes(b"\xff")

    with pytest.raises(ConfigError, match=r"coalition\.toml: is not TOML"):
        load_coalition(file)


def test_the_policys_version_does_not_depend_on_the_files_layout() -> None:
    laid_out_otherwise = "# A comment\n" + BASE + RELEASE.replace("\nfrom", "\n\nfrom") + WAR_ROOM

    assert parse(BASE + RELEASE).policy.version == parse(laid_out_otherwise).policy.version


@pytest.mark.parametrize(
    "changed",
    [
        BASE + RELEASE.replace('"report"', '"report", "note"'),
        BASE + RELEASE.replace('"reports"', '"papers"'),
        BASE + RELEASE + 'up_to = "red"\n',
        BASE + RELEASE.replace("release", "withhold"),
        BASE + RELEASE + '[groups]\ndesk = ["cisa"]\n',
        BASE + 'default_marking = "green"\n' + RELEASE,
        BASE + '[[member]]\nname = "fbi"\nkind = "agency"\n' + RELEASE,
        BASE,
    ],
)
def test_the_policys_version_changes_with_what_decides(changed: str) -> None:
    """Every entry records it, so two policies must never share one."""
    version = parse(BASE + RELEASE).policy.version

    assert len(version) == 64
    assert parse(changed).policy.version != version


def test_the_packaged_coalition_is_the_one_of_2020() -> None:
    coalition = load_coalition(packaged_config() / "coalition.toml")

    kinds = [m.kind for m in coalition.members]
    assert kinds == [MemberKind.COMPANY] * 9 + [MemberKind.AGENCY] * 5
    assert {"facebook", "verizon-media", "doj-nsd"} <= coalition.names


def test_the_packaged_coalition_has_no_warnings() -> None:
    path = packaged_config() / "coalition.toml"
    document = tomllib.loads(path.read_text(encoding="utf-8"))

    assert coalition_warnings(load_coalition(path), document) == []


SHARING = BASE + RELEASE.replace("reports", "tools").replace('"report"', '"tool"').replace(
    "members", "cisa"
)
WARNINGS = {
    "unknown type": (
        BASE + RELEASE.replace('"report"', '"x-meme"'),
        "[[release]] reports: types: 'x-meme' is no type known to this server",
    ),
    "rule of one member": (
        BASE + RELEASE.replace("companies", "cisa").replace("members", "agencies"),
        "[[release]] reports: is unreachable: from and to name no two different members",
    ),
    "empty group": (
        BASE + RELEASE + "[groups]\ndesk = []\n",
        "[groups] desk: names no member",
    ),
    "no release rule": (
        BASE + WAR_ROOM,
        "[[release]]: there is no rule, so no member's feed shows what another one pushes",
    ),
    "withheld altogether": (
        BASE + RELEASE + RELEASE.replace("release", "withhold").replace('"reports"', '"no"'),
        "[[release]] reports: is unreachable: withhold rules cover all of it",
    ),
    "decided before": (
        BASE
        + RELEASE.replace("reports", "all").replace('"report"', '"*"')
        + RELEASE
        + 'up_to = "green"\n',
        "[[release]] reports: is unreachable: rules before it decide all of it",
    ),
    "decided by two rules together": (
        BASE
        + RELEASE.replace("reports", "one").replace('"members"', '"agencies"')
        + RELEASE.replace("reports", "two").replace('"members"', '"companies"')
        + RELEASE,
        "[[release]] reports: is unreachable: rules before it decide all of it",
    ),
    "withheld before": (
        SHARING
        + RELEASE.replace("release", "withhold").replace("reports", "first")
        + RELEASE.replace("release", "withhold"),
        "[[withhold]] reports: is unreachable: already withheld by 'first'",
    ),
    "withhold rule of one member": (
        SHARING
        + RELEASE.replace("release", "withhold")
        .replace("companies", "cisa")
        .replace("members", "cisa"),
        "[[withhold]] reports: is unreachable: from and to name no two different members",
    ),
    "id of another form": (
        SHARING + WAR_ROOM + 'id = "old-collection"\n',
        "[[collection]] war-room: id: 'old-collection' is not a UUID of version 4, which TAXII "
        "asks for",
    ),
    "nobody's collection": (
        SHARING + '[[collection]]\nalias = "a"\ntitle = "A"\n',
        "[[collection]] a: names no readers, writers or visible_to: no member can see it",
    ),
}


@pytest.mark.parametrize(("text", "warning"), WARNINGS.values(), ids=WARNINGS.keys())
def test_what_is_probably_not_meant_is_a_warning(text: str, warning: str) -> None:
    assert warnings_of(text) == [warning]


@pytest.mark.parametrize(
    "text",
    [
        BASE + RELEASE.replace("reports", "low") + 'up_to = "green"\n' + RELEASE,
        BASE + RELEASE + RELEASE.replace("reports", "all").replace('"report"', '"*"'),
        BASE
        + RELEASE
        + RELEASE.replace("release", "withhold").replace('"reports"', '"accounts"')
        + 'unless = "pseudonymous"\n',
        SHARING + WAR_ROOM + f'id = "{COLLECTION_ID}"\n',
    ],
    ids=["higher ceiling", "more types", "with an exception", "version 4"],
)
def test_what_can_be_reached_is_no_warning(text: str) -> None:
    assert warnings_of(text) == []


def test_the_reference_names_every_key_of_the_coalition_file() -> None:
    """``config/reference.toml`` is documentation; this keeps it whole."""
    text = (packaged_config() / "reference.toml").read_text(encoding="utf-8")
    text = text.partition("# coalition.toml")[2]
    for section, keys in KEYS.items():
        _, found, rest = text.partition(
            f"[{section}]" if section == "coalition" else f"[[{section}]]"
        )
        assert found, section
        part = rest.partition("\n# [")[0]
        named = {
            line.strip("# ").partition(" = ")[0] for line in part.splitlines() if " = " in line
        }
        assert keys <= named, section
