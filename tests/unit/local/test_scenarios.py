"""The example claims: they cover the whole product, and expect what the domain decides."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from domain.claims.account_facts import AccountFacts
from domain.claims.claim_parsing import parse_claim
from domain.claims.eligibility.assessment import Assessment
from domain.claims.eligibility.decision import assess, duplicate_key_of
from domain.codes import ClaimRefusal, RefusalCode
from domain.errors import InvalidConfiguration
from domain.partners.claim_kind import ClaimKind
from domain.partners.profile import PartnerProfile
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.states import FINAL
from local.demo.scenario_files import FOLDER, read_scenarios, zones_of
from local.demo.scenarios import Scenario, Scenarios
from local.stack.profiles import read_profiles

ROOT: Final = Path(__file__).resolve().parents[3]
NOW: Final = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
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
PROFILES: Final = {
    key: PartnerProfile.from_file(content)
    for key, content in read_profiles(
        ROOT / "partners", ROOT / "local" / "stack" / "overlays"
    ).items()
}


def _examples(now: datetime = NOW) -> Scenarios:
    return read_scenarios(now, zones_of(PROFILES))


def _accepted() -> list[Scenario]:
    return [one for one in _examples().claims if one.row.expected_status == "accepted"]


def _assessment(one: Scenario, among: Scenarios, now: datetime) -> Assessment:
    """Judge the example as admission does: with its account's facts at the partner."""
    reading = parse_claim(one.claim)
    claim = reading.value
    assert claim is not None
    profile = PROFILES.get(one.row.partner_id)
    whose = (one.row.account_id, one.row.partner_id)
    facts = AccountFacts(
        links=tuple(x for x in among.links if (x.account_id, x.partner_id) == whose),
        rewards=tuple(x for x in among.rewards if (x.account_id, x.partner_id) == whose),
        existing_ticket=_standing(one, among, now),
    )
    return assess(claim, facts, profile.rules if profile else None, now, reading.problems)


def _standing(one: Scenario, among: Scenarios, now: datetime) -> str | None:
    """The ticket that stands for the same reward when the example is filed (R25)."""
    earlier = one.steps.after_answer_of or one.steps.after_end_of
    first = next((x for x in among.claims if x.row.request_key == earlier), None)
    same = first and _key(first, now) == _key(one, now)
    ended = first is not None and first.row.expected_state in ("withdrawn", "discarded")
    return first.row.number if first and same and not ended else None


def _key(one: Scenario, now: datetime) -> str | None:
    claim = parse_claim(one.claim).value
    assert claim is not None
    return duplicate_key_of(claim, PROFILES[one.row.partner_id].rules, now)


def test_there_are_at_least_forty_four_examples() -> None:
    assert len(_examples().claims) >= 44


def test_every_kind_is_accepted_at_every_partner_that_takes_it() -> None:
    """R11: three kinds, each with an example at each partner."""
    taken = {(p.rules.id, kind) for p in PROFILES.values() for kind in p.rules.kinds}
    assert {(one.row.partner_id, ClaimKind(one.row.kind)) for one in _accepted()} == taken


def test_every_code_of_the_table_has_an_example() -> None:
    codes = {
        code.partition(":")[0] for one in _examples().claims for code in one.row.expected_codes
    }
    # Of too many claims, the limits' own tests tell: an example would need all those before it.
    assert codes == CODES - {"too_many_claims"}


def test_the_table_has_no_code_that_the_domain_does_not_know() -> None:
    assert {*RefusalCode, *ClaimRefusal} >= CODES


def test_every_final_state_and_every_rejection_reason_has_an_example() -> None:
    rows = [one.row for one in _examples().claims]
    assert {row.expected_state for row in rows} == FINAL
    assert {row.expected_reason for row in rows} - {None} == set(RejectionReason)


def test_every_answer_that_can_be_given_today_has_an_example() -> None:
    statuses = {one.row.expected_status for one in _examples().claims}
    assert statuses == {"accepted", "refused", "discarded"}


def test_every_way_of_a_partner_to_misbehave_has_an_example() -> None:
    scripts = [one.steps.script for one in _examples().claims if one.steps.script]
    steps = {step.partition(":")[0] for script in scripts for step in script.delivery}
    assert steps >= {"slow", "fail", "throttle", "garbage", "close", "refuse"}
    answers = [answer for script in scripts for answer in script.answers]
    outcomes = [answer.outcome or {} for answer in answers]
    assert any(answer.times > 1 for answer in answers)
    assert any(answer.before_acknowledgement for answer in answers)
    assert any(answer.raw for answer in answers)
    assert any("partner_id" in outcome for outcome in outcomes)
    assert {o.get("outcome") for o in outcomes} == {
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


def test_questions_are_asked_in_every_way_and_answered_or_not() -> None:
    """R17-R19: a field of the form, free words, a note; by the partner and by an agent."""
    asked = [one for one in _accepted() if "information_needed" in one.row.expected_emails]
    outcomes = [answer.outcome or {} for one in asked for answer in one.steps.answers or ()]
    questions = [outcome.get("questions") for outcome in outcomes]
    fields = {field.name for profile in PROFILES.values() for field in profile.rules.fields}
    words = {str(one) for some in questions if isinstance(some, list) for one in some}
    assert words & fields
    assert words - fields
    assert any(o["outcome"] == "information_requested" and o.get("note") for o in outcomes)
    assert {one.row.expected_reason for one in asked} == {None, RejectionReason.NO_ANSWER}
    answered = {action.update for one in asked for action in one.steps.actions}
    assert answered == {"request_information", "provide_information"}


def test_one_request_is_repeated_and_expects_the_same_again() -> None:
    again = [one for one in _examples().claims if one.repeats]
    first = [one for one in _examples().claims if one.row == again[0].row]
    assert len(again) == 1
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
def test_every_example_expects_what_the_domain_decides_at_any_moment(now: datetime) -> None:
    scenarios = _examples(now)
    # Filed some seconds after its dates were worked out, as in the demonstration.
    filed = now + timedelta(seconds=3)
    for one in scenarios.claims:
        found = _assessment(one, scenarios, filed)
        codes = {f"{r.code}:{r.field}" if r.field else r.code for r in found.reasons}
        wanted = (one.row.expected_status, set(one.row.expected_codes))
        assert (found.status, codes) == wanted, one.row.request_key


def test_amounts_that_nobody_decides_are_those_that_the_link_promises() -> None:
    scenarios = _examples()
    for one in scenarios.claims:
        check_events = one.steps.script is None and one.row.expected_granted is not None
        if check_events:
            assert _assessment(one, scenarios, NOW).promised == one.row.expected_granted


def test_letters_follow_the_end_that_an_example_expects() -> None:
    """R26: whoever opened a ticket gets a confirmation first, whoever did not gets no letter."""
    last = {"resolved": {"resolved", "reward_registered"}, "rejected": {"rejected"}}
    for one in _examples().claims:
        letters = [str(kind) for kind in one.row.expected_emails]
        if one.row.expected_status == "accepted":
            assert letters[0] == "confirmation"
            assert letters[-1] in last.get(one.row.expected_state, {one.row.expected_state})
        else:
            assert letters == []


def test_money_is_granted_exactly_where_a_letter_says_so() -> None:
    for one in _examples().claims:
        assert (one.row.expected_granted is not None) == ("resolved" in one.row.expected_emails)


def _spoilt(tmp_path: Path, file: str, spoil: Callable[[str], str]) -> InvalidConfiguration:
    for name in ("claims.csv", "links.csv", "rewards.csv", "scripts.toml"):
        shutil.copy(FOLDER / name, tmp_path)
    text = (tmp_path / file).read_text(encoding="utf-8")
    (tmp_path / file).write_text(spoil(text), encoding="utf-8")
    with pytest.raises(InvalidConfiguration) as caught:
        read_scenarios(NOW, zones_of(PROFILES), tmp_path)
    assert caught.value.file == str(tmp_path / file)
    return caught.value


def test_a_wrong_cell_is_named_by_line_and_column(tmp_path: Path) -> None:
    fault = _spoilt(tmp_path, "claims.csv", lambda text: text.replace(",accepted,", ",acepted,", 1))
    assert fault.key == "line 2, column expected_status"


def test_a_line_with_too_many_cells_is_named(tmp_path: Path) -> None:
    fault = _spoilt(tmp_path, "links.csv", lambda text: text.replace("PLN\n", "PLN,too much\n", 1))
    assert fault.key == "line 2"


def test_a_wrong_date_in_the_feed_is_named_by_line_and_column(tmp_path: Path) -> None:
    fault = _spoilt(tmp_path, "links.csv", lambda text: text.replace("-12d09:20", "yesterday", 1))
    assert fault.key == "line 2, column clicked_at"


def test_a_column_that_nobody_knows_is_a_fault(tmp_path: Path) -> None:
    fault = _spoilt(tmp_path, "claims.csv", lambda text: text.replace("order_date", "day", 1))
    assert fault.key == "line 2, column day"


def test_answers_that_are_no_json_are_a_fault(tmp_path: Path) -> None:
    fault = _spoilt(tmp_path, "claims.csv", lambda text: text.replace('"{""', '"{', 1))
    assert fault.key == "line 2, column answers"


def test_another_claim_under_the_same_key_is_a_fault(tmp_path: Path) -> None:
    fault = _spoilt(
        tmp_path, "claims.csv", lambda text: text.replace("vel-referral,", "vel-cashback,", 1)
    )
    assert fault.key == "line 3, column request_key"


def test_a_script_for_a_claim_that_does_not_exist_is_a_fault(tmp_path: Path) -> None:
    fault = _spoilt(tmp_path, "scripts.toml", lambda text: text + "\n[nobody]\nanswers = []\n")
    assert fault.key == "nobody"


def test_a_script_with_an_unknown_step_is_a_fault(tmp_path: Path) -> None:
    fault = _spoilt(tmp_path, "scripts.toml", lambda text: text.replace("slow:4", "sleepy:4", 1))
    assert fault.key.startswith("vel-slow")
    assert "slow:<seconds>" in fault.expected


def test_a_script_that_is_no_toml_is_a_fault(tmp_path: Path) -> None:
    fault = _spoilt(tmp_path, "scripts.toml", lambda text: text + "\n[[")
    assert "TOML" in fault.expected
