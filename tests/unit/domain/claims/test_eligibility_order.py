"""The order of the checks: the first that fails gives the code, and none raises an error."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.claims.account_facts import AccountFacts
from domain.claims.claim_parsing import parse_claim
from domain.claims.eligibility.assessment import Assessment
from domain.claims.eligibility.decision import assess
from tests.support.builders import (
    NOW,
    a_field,
    a_link,
    a_partner,
    a_reward,
    claim_content,
    some_facts,
)

CASHBACK_ONLY = a_partner(kinds=["missing_cashback"])
LATE_REGISTRATION = a_partner(registration_delay="P30D")
OLD_LINK = a_link(clicked_at="2026-01-01T00:00:00Z")

# By code: the changes to the claim and to the facts, in the order of docs/requirements.md.
CHANGES_BY_CODE: dict[str, dict[str, Any]] = {
    "unknown_partner": {"partner": None},
    "partner_takes_no_claims": {"claim": {"kind": "rejected_reward"}, "partner": CASHBACK_ONLY},
    "no_link": {"links": ()},
    "link_does_not_fit": {"claim": {"link_id": "another"}},
    "reward_granted": {"rewards": (a_reward(state="granted"),)},
    "reward_registered": {"rewards": (a_reward(state="registered"),)},
    "order_in_future": {"claim": {"ordered_on": "2026-10-21"}},
    "too_late": {"claim": {"ordered_on": "2026-07-01"}},
    "incomplete": {"claim": {"contact": {"email": "nobody"}}},
    "duplicate": {"existing_ticket": "ZW-9999-P9XT-M2AB-0"},
    "too_many_claims": {"claim_counts": {"open_by_link": {"lnk-77": 10}}},
    "too_early": {"partner": LATE_REGISTRATION},
}
DISCARDED = {"incomplete", "duplicate", "reward_registered"}
EXCLUSIVE = {"order_in_future", "too_late"}


def assess_with(*changes: dict[str, Any]) -> Assessment:
    """The assessment of a claim with several faults at once; the earlier change wins."""
    known: dict[str, Any] = {"links": (OLD_LINK,), "partner": a_partner()}
    claim: dict[str, Any] = {}
    for change in reversed(changes):
        claim |= change.get("claim", {})
        known |= {key: value for key, value in change.items() if key != "claim"}
    partner = known.pop("partner")
    parsed = parse_claim(claim_content(**claim))
    assert parsed.value is not None
    return assess(parsed.value, AccountFacts(**known), partner, NOW, parsed.problems)


@pytest.mark.parametrize("code", CHANGES_BY_CODE)
def test_each_code_is_given_with_the_status_of_the_table(code: str) -> None:
    """R4, R9, R10, R22-R25, R35, R36: refused, or discarded."""
    assessment = assess_with(CHANGES_BY_CODE[code])
    assert {reason.code for reason in assessment.reasons} == {code}
    assert assessment.status == ("discarded" if code in DISCARDED else "refused")


@pytest.mark.parametrize(
    ("first", "second"),
    [pair for pair in combinations(CHANGES_BY_CODE, 2) if set(pair) != EXCLUSIVE],
)
def test_of_two_reasons_the_first_of_the_table_is_given(first: str, second: str) -> None:
    """R22-R25: the order of the checks is the order of the table."""
    assessment = assess_with(CHANGES_BY_CODE[first], CHANGES_BY_CODE[second])
    assert {reason.code for reason in assessment.reasons} == {first}


CONTEST = {"kind": "rejected_reward", "reward_id": "rew-5", "link_id": None, "ordered_on": None}
GRANTED_REWARD = (a_reward(state="granted"),)


@pytest.mark.parametrize(
    ("claim", "known", "named"),
    [
        ({"partner_id": None}, {"partner": None}, {"partner_id"}),
        ({"partner_id": "with space"}, {"partner": None}, {"partner_id"}),
        ({"kind": None}, {"links": ()}, {"kind"}),
        ({"kind": "missing_points"}, {"links": ()}, {"kind"}),
        ({"account_id": None}, {"links": ()}, {"account_id"}),
        ({"account_id": "a b"}, {"links": ()}, {"account_id"}),
        ({"link_id": None}, {"rewards": GRANTED_REWARD}, {"link_id"}),
        ({"link_id": "a b"}, {"rewards": GRANTED_REWARD}, {"link_id"}),
        ({"ordered_on": None}, {"rewards": GRANTED_REWARD}, {"ordered_on"}),
        ({"ordered_on": "yesterday"}, {"rewards": GRANTED_REWARD}, {"ordered_on"}),
        ({"answers": {}}, {"rewards": GRANTED_REWARD}, {"order_number"}),
        ({"answers": {"order_number": "--"}}, {"rewards": GRANTED_REWARD}, {"order_number"}),
        (CONTEST | {"reward_id": None}, {"rewards": GRANTED_REWARD}, {"reward_id"}),
        (CONTEST | {"reward_id": "a b"}, {"rewards": GRANTED_REWARD}, {"reward_id"}),
        (CONTEST | {"link_id": "a b"}, {"rewards": GRANTED_REWARD}, {"link_id"}),
        ({"contact": None}, {"existing_ticket": "ZW-9999-P9XT-M2AB-0"}, {"contact"}),
    ],
)
def test_a_check_with_missing_or_malformed_input_gives_incomplete_in_its_order(
    claim: dict[str, Any], known: dict[str, Any], named: set[str]
) -> None:
    """R22, R23: before the later checks."""
    assessment = assess_with({"claim": claim, **known})
    assert assessment.status == "discarded"
    assert {reason.code for reason in assessment.reasons} == {"incomplete"}
    assert {reason.field for reason in assessment.reasons} == named


@pytest.mark.parametrize(
    ("claim", "known", "code"),
    [
        ({"link_id": None}, {"links": ()}, "no_link"),
        ({"ordered_on": "yesterday"}, {"links": ()}, "no_link"),
        ({"answers": {}}, {"links": ()}, "no_link"),
        ({"contact": None}, {"rewards": GRANTED_REWARD}, "reward_granted"),
        ({"contact": None, "ordered_on": "2026-07-01"}, {}, "too_late"),
        ({"kind": "missing_points"}, {"partner": None}, "unknown_partner"),
        ({"account_id": None, "kind": "rejected_reward"}, {"partner": CASHBACK_ONLY},
         "partner_takes_no_claims"),
    ],
)  # fmt: skip
def test_a_check_is_not_stopped_by_input_that_it_does_not_need(
    claim: dict[str, Any], known: dict[str, Any], code: str
) -> None:
    """R10, R22."""
    assessment = assess_with({"claim": claim, **known})
    assert {reason.code for reason in assessment.reasons} == {code}


def test_all_invalid_fields_are_named_at_once_with_the_expected_format() -> None:
    """R17-R19, R22, R23."""
    fields = [a_field(is_order_number=True), a_field("paid_on", type="date"), a_field("iban")]
    partner = a_partner(fields=[field.model_dump() for field in fields])
    claim = {"contact": {"email": "nobody"}, "answers": {"order_number": "A1", "paid_on": "x"}}
    reasons = assess_with({"claim": claim, "partner": partner}).reasons
    assert {reason.field for reason in reasons} == {"contact.email", "paid_on", "iban"}
    assert {reason.code for reason in reasons} == {"incomplete"}
    assert all(reason.expected for reason in reasons)


@pytest.mark.parametrize("missing", ["partner_id", "kind"])
def test_an_empty_claim_names_every_field_that_all_claims_need(missing: str) -> None:
    """R22, R23: all field errors at once, whichever check comes first."""
    known = {"partner": None} if missing == "partner_id" else {}
    empty = {"kind": None, "account_id": None, "contact": None}
    named = assess_with({"claim": empty | {missing: None}, **known}).reasons
    assert {reason.field for reason in named} >= {missing, "kind", "account_id", "contact"}


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "account_id": st.sampled_from(["acc-1001", "acc-2", "a b", 7]),
    "partner_id": st.sampled_from(["velotel", "", None]),
    "kind": st.sampled_from(["missing_cashback", "missing_referral_reward", "rejected_reward", 1]),
    "link_id": st.sampled_from(["lnk-77", "lnk-78", [], None]),
    "reward_id": st.sampled_from(["rew-5", "rew-6", {}, None]),
    "ordered_on": st.dates().map(str) | st.text(max_size=12) | st.integers(),
    "ordered_at": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    "contact": st.fixed_dictionaries({}, optional={"email": st.text() | st.just("a@b.pl")}),
    "answers": st.dictionaries(st.sampled_from(["order_number", "x", "\ud800"]), st.text()),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
CLAIMS = (
    st.fixed_dictionaries({}, optional=VALUES)
    | st.dictionaries(st.sampled_from([*VALUES, "coupon"]), JSON)
    | JSON
)
FACTS = st.sampled_from(
    [
        AccountFacts(),
        some_facts(),
        some_facts(links=(OLD_LINK, a_link(kind="referral", clicked_at="2199-12-31T00:00:00Z"))),
        *[some_facts(a_reward(state=s)) for s in ("granted", "invalid", "registered", "rejected")],
        some_facts(existing_ticket="ZW-9999-P9XT-M2AB-0"),
    ]
)
PARTNERS = st.sampled_from([None, a_partner(), CASHBACK_ONLY, a_partner(early_claims="hold")])
MOMENTS = st.datetimes(datetime(2000, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=300)
@given(CLAIMS, FACTS, PARTNERS, MOMENTS)
def test_any_json_is_assessed_without_raising(
    content: object, facts: AccountFacts, partner: Any, now: datetime
) -> None:
    """R22: accepted with an order, or not accepted with a reason; nothing in between."""
    parsed = parse_claim(content)
    assert parsed.value is not None
    assessment = assess(parsed.value, facts, partner, now, parsed.problems)
    accepted = assessment.status in ("accepted", "held")
    assert bool(assessment.reasons) is not accepted
    assert (assessment.order is not None) is accepted
    assert (assessment.available_from is not None) >= (assessment.status == "held")
    assert Assessment.model_validate_json(assessment.model_dump_json()) == assessment


@given(st.timedeltas(timedelta(days=-1), timedelta(days=120)))
def test_over_time_a_claim_is_too_early_then_accepted_then_too_late(passed: timedelta) -> None:
    """R7-R9, R35, R36: one after the other, without a gap."""
    parsed = parse_claim(claim_content())
    assert parsed.value is not None
    ordered = datetime(2026, 10, 1, tzinfo=UTC) - timedelta(hours=2)
    now = ordered + passed
    assessment = assess(parsed.value, some_facts(links=(OLD_LINK,)), a_partner(), now)
    opens = datetime(2026, 10, 3, 22, tzinfo=UTC)
    closes = datetime(2027, 1, 1, 23, tzinfo=UTC)
    expected = (
        "order_in_future"
        if now < ordered
        else "too_early"
        if now < opens
        else None
        if now < closes
        else "too_late"
    )
    assert [reason.code for reason in assessment.reasons] == ([expected] if expected else [])
