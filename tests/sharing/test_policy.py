"""``decide``, row by row of ``sharing.md`` section 3, and the rule of group collections."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_models.markings import OPENCTI_AMBER_STRICT, TLP_1, TLP_2
from taxii_server.sharing.coalition import Policy, Rule, Tlp
from taxii_server.sharing.policy import (
    SHARING_EXTENSION,
    Decision,
    ObjectTraits,
    circle_refusal,
    decide,
    traits_of,
)

REPORT = ObjectTraits("report", Tlp.AMBER)
NOW = 1_600_000_000_000_000
STATEMENT = "marking-definition--11111111-1111-4111-8111-111111111111"
MYSTERY = "marking-definition--22222222-2222-4222-8222-222222222222"
TLP_2_ID = {name: marking_id for marking_id, name in TLP_2.items()}
TLP_1_ID = {name: marking_id for marking_id, name in TLP_1.items()}


def make_rule(
    name: str, types: str = "*", *, up_to: Tlp = Tlp.AMBER, unless: str | None = None
) -> Rule:
    """Return a rule from facebook to twitter and cisa."""
    return Rule(
        name,
        frozenset({"facebook"}),
        frozenset({"twitter", "cisa"}),
        frozenset(types.split()),
        up_to=up_to,
        unless=unless,
    )


def make_policy(*releases: Rule, withholds: tuple[Rule, ...] = ()) -> Policy:
    return Policy("v1", releases, withholds)


EVERYTHING = make_policy(make_rule("all", up_to=Tlp.RED))


def decide_for_twitter(traits: ObjectTraits, policy: Policy) -> Decision:
    return decide(traits, "facebook", "twitter", policy, NOW)


def test_a_covering_rule_releases_and_is_named() -> None:
    policy = make_policy(make_rule("reports", "report"))

    assert decide_for_twitter(REPORT, policy) == Decision(
        True, "reports", "The rule 'reports' releases it."
    )


def test_an_empty_policy_releases_nothing() -> None:
    """INV-DENY: no rule, no release."""
    decision = decide_for_twitter(REPORT, make_policy())

    assert (decision.released, decision.rule) == (False, "builtin:no-rule")


def test_a_producer_does_not_get_its_own_object_even_where_a_rule_covers_it() -> None:
    everyone = frozenset({"facebook"})
    policy = make_policy(Rule("all", everyone, everyone, frozenset({"*"})))

    decision = decide(REPORT, "facebook", "facebook", policy, NOW)

    assert (decision.released, decision.rule) == (False, "builtin:own")


def test_own_is_decided_before_a_withhold_rule() -> None:
    """The first row that says no names the reason."""
    everyone = frozenset({"facebook"})
    withhold = Rule("never", everyone, everyone, frozenset({"*"}))

    decision = decide(REPORT, "facebook", "facebook", make_policy(withholds=(withhold,)), NOW)

    assert decision.rule == "builtin:own"


def test_a_withhold_rule_overrides_every_release_rule() -> None:
    policy = make_policy(make_rule("all"), withholds=(make_rule("no reports", "report"),))

    decision = decide_for_twitter(REPORT, policy)

    assert (decision.released, decision.rule) == (False, "no reports")
    assert "no reports" in decision.sentence


def test_a_withhold_rule_of_another_type_does_not_count() -> None:
    policy = make_policy(make_rule("all"), withholds=(make_rule("no accounts", "user-account"),))

    assert decide_for_twitter(REPORT, policy).released


def test_a_withhold_rule_of_other_members_does_not_count() -> None:
    other = replace(make_rule("no reports"), from_members=frozenset({"google"}))
    policy = make_policy(make_rule("all"), withholds=(other,))

    assert decide_for_twitter(REPORT, policy).released


def test_unless_is_never_met() -> None:
    """A pseudonymous account cannot be recognised here, so the rule withholds it."""
    withhold = make_rule("accounts", "user-account", unless="pseudonymous")
    policy = make_policy(make_rule("all"), withholds=(withhold,))

    decision = decide_for_twitter(ObjectTraits("user-account", Tlp.CLEAR), policy)

    assert (decision.released, decision.rule) == (False, "accounts")


@pytest.mark.parametrize("up_to", list(Tlp))
@pytest.mark.parametrize("tlp", [level for level in Tlp if level is not Tlp.RED])
def test_a_rule_releases_up_to_its_ceiling(tlp: Tlp, up_to: Tlp) -> None:
    policy = make_policy(make_rule("reports", up_to=up_to))

    assert decide_for_twitter(ObjectTraits("report", tlp), policy).released == (tlp <= up_to)


def test_too_low_a_ceiling_names_the_nearest_rule_and_its_ceiling() -> None:
    policy = make_policy(
        make_rule("clear only", up_to=Tlp.CLEAR), make_rule("green too", up_to=Tlp.GREEN)
    )

    decision = decide_for_twitter(REPORT, policy)

    assert (decision.released, decision.rule) == (False, "green too")
    assert "TLP:GREEN" in decision.sentence
    assert "TLP:AMBER" in decision.sentence


def test_the_first_rule_that_releases_is_named() -> None:
    policy = make_policy(
        make_rule("too low", up_to=Tlp.CLEAR), make_rule("first"), make_rule("second")
    )

    assert decide_for_twitter(REPORT, policy).rule == "first"


@pytest.mark.parametrize(
    ("traits", "reason"),
    [
        (replace(REPORT, sharing_extension=True), "builtin:sharing-extension"),
        (replace(REPORT, tlp=Tlp.RED), "builtin:red"),
        (replace(REPORT, unknown_marking=True), "builtin:unknown-marking"),
        (replace(REPORT, granular_markings=True), "builtin:granular-markings"),
    ],
)
def test_what_is_not_evaluated_yet_is_withheld_with_its_reason(
    traits: ObjectTraits, reason: str
) -> None:
    """INV-DENY: a restriction that this version cannot judge is not ignored."""
    decision = decide_for_twitter(traits, EVERYTHING)

    assert (decision.released, decision.rule) == (False, reason)
    assert decision.sentence.endswith(".")


@pytest.mark.parametrize("stix_type", ["marking-definition", "extension-definition"])
def test_definitions_match_the_types_of_every_release_rule(stix_type: str) -> None:
    """``sharing.md`` section 2: what is released could not be read without them."""
    policy = make_policy(make_rule("reports", "report"))

    assert decide_for_twitter(ObjectTraits(stix_type, Tlp.AMBER), policy).released


def test_definitions_still_need_a_rule_between_the_two_members() -> None:
    other = replace(make_rule("reports"), from_members=frozenset({"google"}))

    decision = decide_for_twitter(ObjectTraits("marking-definition", Tlp.CLEAR), make_policy(other))

    assert decision.rule == "builtin:no-rule"


@pytest.mark.parametrize(
    ("types", "released"), [("report", True), ("marking-definition", False), ("*", False)]
)
def test_definitions_match_only_withhold_rules_that_list_them_or_all(
    types: str, released: bool
) -> None:
    policy = make_policy(make_rule("all"), withholds=(make_rule("never", types),))

    decision = decide_for_twitter(ObjectTraits("marking-definition", Tlp.CLEAR), policy)

    assert decision.released == released


IDENTITY = ObjectTraits("identity", Tlp.AMBER, library=True)


@pytest.mark.parametrize("recipient", ["facebook", "twitter"])
def test_a_members_newer_identity_goes_to_all_members_and_itself(recipient: str) -> None:
    """``sharing.md`` section 2: ``builtin:library`` stands for rows 1 and 3."""
    decision = decide(IDENTITY, "facebook", recipient, make_policy(), NOW)

    assert (decision.released, decision.rule) == (True, "builtin:library")


def test_a_withhold_rule_holds_for_a_members_identity_too() -> None:
    policy = make_policy(withholds=(make_rule("no identities", "identity"),))

    assert decide_for_twitter(IDENTITY, policy).rule == "no identities"


def test_a_red_identity_of_a_member_is_withheld() -> None:
    assert decide_for_twitter(replace(IDENTITY, tlp=Tlp.RED), EVERYTHING).rule == "builtin:red"


members = st.sampled_from(["facebook", "twitter", "cisa"])
types = st.sampled_from(["report", "user-account", "marking-definition", "identity"])
traits_made = st.builds(
    ObjectTraits,
    type=types,
    tlp=st.sampled_from(Tlp),
    unknown_marking=st.booleans(),
    sharing_extension=st.booleans(),
    granular_markings=st.booleans(),
)
rules_made = st.builds(
    Rule,
    name=st.sampled_from("abc"),
    from_members=st.frozensets(members),
    to_members=st.frozensets(members),
    types=st.frozensets(st.one_of(types, st.just("*"))),
    up_to=st.sampled_from(Tlp),
)
policies_made = st.builds(
    Policy,
    version=st.just("v"),
    releases=st.lists(rules_made, max_size=4).map(tuple),
    withholds=st.lists(rules_made, max_size=2).map(tuple),
)


@given(traits_made, members, members, policies_made)
def test_nothing_is_released_without_a_rule_that_allows_it(
    traits: ObjectTraits, producer: str, recipient: str, policy: Policy
) -> None:
    """INV-DENY, judged by a second reading of the table."""
    decision = decide(traits, producer, recipient, policy, NOW)

    if decision.released:
        assert producer != recipient
        assert any(
            rule.name == decision.rule
            and producer in rule.from_members
            and recipient in rule.to_members
            and rule.up_to >= traits.tlp
            for rule in policy.releases
        )


@given(traits_made, members, members, policies_made, rules_made)
def test_a_further_withhold_rule_releases_nothing_more(
    traits: ObjectTraits, producer: str, recipient: str, policy: Policy, rule: Rule
) -> None:
    stricter = replace(policy, withholds=(*policy.withholds, rule))

    if decide(traits, producer, recipient, stricter, NOW).released:
        assert decide(traits, producer, recipient, policy, NOW).released


@given(traits_made, members, members, policies_made)
def test_every_decision_names_its_rule_and_says_a_sentence(
    traits: ObjectTraits, producer: str, recipient: str, policy: Policy
) -> None:
    decision = decide(traits, producer, recipient, policy, NOW)

    assert decision.rule
    assert decision.sentence.endswith(".")


def test_a_circle_needs_no_release_rule() -> None:
    """``sharing.md`` section 7: release rules and ceilings do not count."""
    traits = replace(REPORT, tlp=Tlp.AMBER_STRICT)

    assert circle_refusal(traits, "facebook", {"facebook", "twitter"}, make_policy()) is None


def test_a_circle_refuses_what_a_withhold_rule_keeps_from_one_reader() -> None:
    policy = make_policy(withholds=(make_rule("no reports", "report"),))

    refusal = circle_refusal(REPORT, "facebook", {"facebook", "google", "cisa"}, policy)

    assert refusal is not None
    assert refusal.rule == "no reports"


@pytest.mark.parametrize(
    "traits",
    [
        replace(REPORT, sharing_extension=True),
        replace(REPORT, tlp=Tlp.RED),
        replace(REPORT, unknown_marking=True),
        replace(REPORT, granular_markings=True),
    ],
)
def test_a_circle_refuses_what_is_not_evaluated_yet(traits: ObjectTraits) -> None:
    assert circle_refusal(traits, "facebook", {"facebook", "twitter"}, make_policy()) is not None


def test_a_circle_that_only_the_writer_reads_refuses_nothing() -> None:
    policy = make_policy(withholds=(make_rule("never"),))
    traits = replace(REPORT, tlp=Tlp.RED, unknown_marking=True)

    assert circle_refusal(traits, "facebook", {"facebook"}, policy) is None


@pytest.mark.parametrize(
    ("marking", "level"),
    [
        (TLP_2_ID["clear"], Tlp.CLEAR),
        (TLP_2_ID["green"], Tlp.GREEN),
        (TLP_2_ID["amber"], Tlp.AMBER),
        (TLP_2_ID["amber+strict"], Tlp.AMBER_STRICT),
        (TLP_2_ID["red"], Tlp.RED),
        (TLP_1_ID["white"], Tlp.CLEAR),
        (TLP_1_ID["green"], Tlp.GREEN),
        (TLP_1_ID["amber"], Tlp.AMBER),
        (TLP_1_ID["red"], Tlp.RED),
        (OPENCTI_AMBER_STRICT, Tlp.AMBER_STRICT),
    ],
)
def test_tlp_is_read_from_the_markings_id(marking: str, level: Tlp) -> None:
    traits = traits_of({"type": "report", "object_marking_refs": [marking]}, Tlp.AMBER, set())

    assert traits == ObjectTraits("report", level)


def test_the_strictest_of_several_tlp_markings_counts() -> None:
    refs = [TLP_2_ID["red"], TLP_2_ID["clear"]]

    assert traits_of({"object_marking_refs": refs}, Tlp.AMBER, set()).tlp is Tlp.RED


@pytest.mark.parametrize("default", list(Tlp))
def test_an_object_without_tlp_has_its_producers_default(default: Tlp) -> None:
    stix = {"type": "report", "object_marking_refs": [STATEMENT]}

    assert traits_of(stix, default, {STATEMENT}) == ObjectTraits("report", default)


def test_a_marking_that_is_neither_tlp_nor_a_statement_is_unknown() -> None:
    stix = {"object_marking_refs": [TLP_2_ID["green"], STATEMENT, MYSTERY]}

    assert traits_of(stix, Tlp.AMBER, {STATEMENT}).unknown_marking


@pytest.mark.parametrize("refs", [MYSTERY, {"a": 1}, [None], 7])
def test_markings_of_a_wrong_form_count_as_unknown(refs: object) -> None:
    """STIX 2.0 objects are validated by their common properties only."""
    assert traits_of({"object_marking_refs": refs}, Tlp.AMBER, set()).unknown_marking


def test_the_sharing_extension_is_recognised_by_its_id() -> None:
    stix = {"extensions": {SHARING_EXTENSION: {"extension_type": "property-extension"}}}

    assert traits_of(stix, Tlp.AMBER, set()).sharing_extension


def test_another_extension_does_not_narrow_an_object() -> None:
    stix = {"extensions": {"extension-definition--x": {"rank": 5}}}

    assert not traits_of(stix, Tlp.AMBER, set()).sharing_extension


def test_granular_markings_are_noticed() -> None:
    stix = {"granular_markings": [{"marking_ref": TLP_2_ID["green"], "selectors": ["name"]}]}

    assert traits_of(stix, Tlp.AMBER, set()).granular_markings
