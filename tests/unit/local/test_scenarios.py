"""The example claims cover the whole product, and expect what the domain decides."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from domain.claims.account_facts import AccountFacts
from domain.claims.claim_parsing import parse_claim
from domain.claims.eligibility.assessment import Assessment
from domain.claims.eligibility.decision import assess, duplicate_key_of
from domain.codes import ClaimRefusal, RefusalCode
from domain.partners.claim_kind import ClaimKind
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.states import FINAL
from local.demo.scenario_files import read_scenarios, zones_of
from local.demo.scenarios import Scenario, Scenarios
from tests.unit.local.example_profiles import NOW, PROFILES

MOMENTS: Final = [
    NOW,
    datetime(2024, 2, 29, 23, 59, 58, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, 1, tzinfo=UTC),
    datetime(2026, 5, 31, 22, 0, 1, tzinfo=UTC),
    datetime(2027, 1, 1, 0, 0, 0, tzinfo=UTC),
]
CODES: Final = {
    "unknown_partner",
    "partner_takes_no_claims",
    "no_link",
    "link_does_not_fit",
    "reward_granted",
    "reward_invalid",
    "reward_not_rejected",
    "reward_registered",
    "order_in_future",
    "too_late",
    "incomplete",
    "duplicate",
    "too_many_claims",
    "too_early",
}
"""Every refusal code of docs/requirements.md."""


def _examples(now: datetime = NOW) -> Scenarios:
    return read_scenarios(now, zones_of(PROFILES))


def _accepted() -> list[Scenario]:
    return [one for one in _examples().claims if one.row.expected_status == "accepted"]


def _assessment(one: Scenario, scenarios: Scenarios, now: datetime) -> Assessment:
    """Assess the example as admission does: with its account's facts at the partner."""
    parsed = parse_claim(one.claim)
    claim = parsed.value
    assert claim is not None
    profile = PROFILES.get(one.row.partner_id)
    owner = (one.row.account_id, one.row.partner_id)
    facts = AccountFacts(
        links=tuple(
            link for link in scenarios.links if (link.account_id, link.partner_id) == owner
        ),
        rewards=tuple(
            reward
            for reward in scenarios.rewards
            if (reward.account_id, reward.partner_id) == owner
        ),
        existing_ticket=_existing_ticket(one, scenarios, now),
    )
    return assess(claim, facts, profile.rules if profile else None, now, parsed.problems)


def _existing_ticket(one: Scenario, scenarios: Scenarios, now: datetime) -> str | None:
    """The ticket that exists for the is_same reward when the example is filed (R25)."""
    earlier = one.steps.after_answer_of or one.steps.after_end_of
    first = next((other for other in scenarios.claims if other.row.request_key == earlier), None)
    is_same = first and _key(first, now) == _key(one, now)
    has_ended = first is not None and first.row.expected_state in ("withdrawn", "discarded")
    return first.row.number if first and is_same and not has_ended else None


def _key(one: Scenario, now: datetime) -> str | None:
    claim = parse_claim(one.claim).value
    assert claim is not None
    return duplicate_key_of(claim, PROFILES[one.row.partner_id].rules, now)


def test_there_are_at_least_forty_four_examples() -> None:
    assert len(_examples().claims) >= 44


def test_every_kind_is_accepted_at_every_partner_that_allows_it() -> None:
    """R11: three kinds, each with an example at each partner."""
    expected = {(p.rules.id, kind) for p in PROFILES.values() for kind in p.rules.kinds}
    assert {(one.row.partner_id, ClaimKind(one.row.kind)) for one in _accepted()} == expected


def test_every_code_of_the_table_has_an_example() -> None:
    codes = {
        code.partition(":")[0] for one in _examples().claims for code in one.row.expected_codes
    }
    # The limits have separate tests: an example of one would need many other claims first.
    assert codes == CODES - {"too_many_claims"}


def test_every_code_of_the_table_exists_in_the_domain() -> None:
    assert {*RefusalCode, *ClaimRefusal} >= CODES


def test_every_final_state_and_every_rejection_reason_has_an_example() -> None:
    rows = [one.row for one in _examples().claims]
    assert {row.expected_state for row in rows} == FINAL
    assert {row.expected_reason for row in rows} - {None} == set(RejectionReason)


def test_every_status_that_can_be_given_today_has_an_example() -> None:
    statuses = {one.row.expected_status for one in _examples().claims}
    assert statuses == {"accepted", "refused", "discarded"}


def test_every_misbehaviour_of_a_partner_has_an_example() -> None:
    scripts = [one.steps.script for one in _examples().claims if one.steps.script]
    steps = {step.partition(":")[0] for script in scripts for step in script.delivery}
    assert steps >= {"slow", "fail", "throttle", "garbage", "close", "refuse"}
    answers = [answer for script in scripts for answer in script.answers]
    outcomes = [answer.outcome or {} for answer in answers]
    assert any(answer.times > 1 for answer in answers)
    assert any(answer.before_acknowledgement for answer in answers)
    assert any(answer.raw for answer in answers)
    assert any("partner_id" in outcome for outcome in outcomes)
    assert {outcome.get("outcome") for outcome in outcomes} == {
        *("confirmed", "rejected", "order_cancelled", "information_requested"),
        *(None, "perhaps"),
    }
    assert any(not script.answers for script in scripts)


def test_members_agents_and_the_platform_all_act_in_some_example() -> None:
    actions = [action for one in _examples().claims for action in one.steps.actions]
    done = {(action.update or "reward", action.payload.get("outcome")) for action in actions}
    assert done == {
        ("withdraw", None),
        ("decide", "confirmed"),
        ("decide", "rejected"),
        ("resend_to_partner", None),
        ("reward", None),
        ("request_information", None),
        ("provide_information", None),
    }


def test_every_form_of_question_has_an_answered_or_unanswered_example() -> None:
    """R17-R19: a field of the form, free text, a note; from the partner and from an agent."""
    questioned = [one for one in _accepted() if "information_needed" in one.row.expected_emails]
    outcomes = [answer.outcome or {} for one in questioned for answer in one.steps.answers or ()]
    questions = [outcome.get("questions") for outcome in outcomes]
    fields = {field.name for profile in PROFILES.values() for field in profile.rules.fields}
    texts = {str(text) for entry in questions if isinstance(entry, list) for text in entry}
    assert texts & fields
    assert texts - fields
    assert any(
        outcome["outcome"] == "information_requested" and outcome.get("note")
        for outcome in outcomes
    )
    assert {one.row.expected_reason for one in questioned} == {None, RejectionReason.NO_ANSWER}
    answered = {action.update for one in questioned for action in one.steps.actions}
    assert answered == {"request_information", "provide_information"}


def test_one_request_is_repeated_and_expects_the_same_result() -> None:
    repeated = [one for one in _examples().claims if one.repeats]
    first = [one for one in _examples().claims if one.row == repeated[0].row]
    assert len(repeated) == 1
    assert [one.repeats for one in first] == [False, True]


def test_hostile_texts_are_among_the_examples() -> None:
    rows = [one.row for one in _examples().claims]
    texts = [row.member_name for row in rows]
    texts += [str(answer) for row in rows for answer in row.answers.values()]
    assert any("<script>" in text for text in texts)
    assert any("{{" in text for text in texts)
    assert any(len(text) == 2000 for text in texts)
    assert any("\x00" in text and "\x1b" in text for text in texts)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_every_example_expects_the_domains_decision_at_any_time(now: datetime) -> None:
    scenarios = _examples(now)
    # Filed some seconds after its dates were computed, as in the demonstration.
    filed_at = now + timedelta(seconds=3)
    for one in scenarios.claims:
        assessment = _assessment(one, scenarios, filed_at)
        codes = {
            f"{reason.code}:{reason.field}" if reason.field else reason.code
            for reason in assessment.reasons
        }
        expected = (one.row.expected_status, set(one.row.expected_codes))
        assert (assessment.status, codes) == expected, one.row.request_key


def test_without_a_decision_the_granted_amount_is_the_promised_one() -> None:
    scenarios = _examples()
    for one in scenarios.claims:
        is_promised = one.steps.script is None and one.row.expected_granted is not None
        if is_promised:
            assert _assessment(one, scenarios, NOW).promised == one.row.expected_granted


def test_the_expected_emails_match_the_expected_final_state() -> None:
    """R26: an accepted claim is confirmed first; any other claim gets no e-mail."""
    last = {"resolved": {"resolved", "reward_registered"}, "rejected": {"rejected"}}
    for one in _examples().claims:
        emails = [str(kind) for kind in one.row.expected_emails]
        if one.row.expected_status == "accepted":
            assert emails[0] == "confirmation"
            assert emails[-1] in last.get(one.row.expected_state, {one.row.expected_state})
        else:
            assert emails == []


def test_an_amount_is_granted_exactly_if_an_email_announces_it() -> None:
    for one in _examples().claims:
        assert (one.row.expected_granted is not None) == ("resolved" in one.row.expected_emails)
