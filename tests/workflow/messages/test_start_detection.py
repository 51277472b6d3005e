"""The first arrows: accepted, discarded, held and released (R22-R28)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.postgres.feed_records import store_reward
from tests.support.claims import an_early_claim, days_ago, reward_for
from tests.support.environment import Stage
from tests.workflow.conftest import SetUp
from tests.workflow.transitions.test_transitions import DOWN, LED_BY

HOLDING = {"early_claims": "hold"}


async def test_an_accepted_claim_is_confirmed_and_sent_to_its_partner(stage: Stage) -> None:
    """R22, R26-R28: by answer and by mail, with the number; the partner gets it complete."""
    claim = await stage.prepare()
    answer = await stage.file(claim)
    assert (answer.status, answer.state, answer.number) == ("accepted", "validated", stage.number)
    row = await stage.stands("sent_to_partner")
    await stage.shows(State="sent_to_partner", DueAt=row["due_at"])
    await stage.got_letters("confirmation")
    (letter,) = stage.box.find(number=stage.number)
    assert stage.number in letter.subject
    assert stage.number in letter.text
    assert letter.to == "acc-1001@example.com"
    (call,) = stage.partner.calls
    assert call.claim["answers"] == claim["answers"]
    assert row["partner_reference"] == "ref-1"
    assert await stage.moves() == LED_BY["sent_to_partner"]


async def test_the_partners_time_begins_when_the_claim_is_accepted(stage: Stage) -> None:
    stage.partner.answer = DOWN
    await stage.file()
    row = await stage.stands("validated")
    (accepted,) = await stage.rows("moves", "seq")
    assert (
        timedelta(days=13, hours=22) < row["due_at"] - accepted["at"] < timedelta(days=14, hours=2)
    )
    await stage.shows(State="validated", DueAt=row["due_at"])


async def test_an_incomplete_claim_is_discarded_at_once(stage: Stage) -> None:
    """R23: the answer names the field; no letter, no call, no personal data in the books."""
    answer = await stage.file(answers={})
    assert (answer.status, answer.state) == ("discarded", "discarded")
    assert [(reason.code, reason.field) for reason in answer.reasons] == [
        ("incomplete", "order_number")
    ]
    outcome = await stage.ended()
    assert (outcome.state, outcome.reason_code) == ("discarded", "incomplete")
    assert await stage.moves() == ["claim_discarded: created → discarded"]
    row = await stage.row()
    assert (row["contact"], row["answers"], row["account_id"]) == (None, None, None)
    assert (stage.letters(), stage.partner.calls) == ([], [])


async def test_operators_find_a_refused_claim_as_discarded(stage: Stage) -> None:
    """contract.md: `TicketState` shows where the ticket stands, also where it ended at once."""
    await stage.file(ordered_on=days_ago(200).isoformat())
    await stage.ended()
    await stage.shows(State="discarded")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"partner_id": "nobody"}, "refused", "unknown_partner"),
        ({"ordered_on": days_ago(200).isoformat()}, "refused", "link_does_not_fit"),
        ({"ordered_on": days_ago(-3).isoformat()}, "refused", "order_in_future"),
        ({"ordered_on": days_ago(0).isoformat()}, "refused", "too_early"),
    ],
)
async def test_a_refused_claim_ends_with_its_code(
    stage: Stage, changes: dict[str, Any], status: str, code: str
) -> None:
    answer = await stage.file(**changes)
    assert (answer.status, [reason.code for reason in answer.reasons]) == (status, [code])
    outcome = await stage.ended()
    assert (outcome.state, outcome.reason_code) == ("discarded", code)


async def test_an_early_claim_is_held_and_sent_by_itself(staged: SetUp) -> None:
    """R7-R9: only then does the partner's time begin."""
    async with staged(velotel=HOLDING) as stage:
        answer = await stage.file(an_early_claim())
        assert (answer.status, answer.state) == ("held", "on_hold")
        assert answer.available_from
        assert answer.available_from > datetime.now(UTC) + timedelta(hours=47)
        row = await stage.stands("on_hold")
        await stage.shows(State="on_hold", DueAt=row["due_at"])
        await stage.got_letters("confirmation")
        assert stage.partner.calls == []
        await stage.pass_time(days=3)
        row = await stage.stands("sent_to_partner")
        released = (await stage.rows("moves", "seq"))[2]
        assert row["due_at"] - released["at"] > timedelta(days=13, hours=22)
        assert await stage.moves() == [
            *LED_BY["on_hold"],
            "hold_released: on_hold → validated",
            "claim_sent: validated → sent_to_partner",
        ]
        assert len(stage.partner.calls) == 1
        await stage.got_letters("confirmation")


@pytest.mark.parametrize(
    ("found", "state", "reason", "letter"),
    [
        ("registered", "resolved", None, "reward_registered"),
        ("granted", "resolved", None, "reward_registered"),
        ("invalid", "rejected", "terms_not_met", "rejected"),
    ],
)
async def test_facts_are_read_anew_when_a_hold_ends(
    staged: SetUp, found: str, state: str, reason: str | None, letter: str
) -> None:
    """R24: a reward that has come meanwhile ends the ticket, and the partner is not asked."""
    async with staged(velotel=HOLDING) as stage:
        claim = await stage.prepare(an_early_claim())
        await stage.file(claim)
        await store_reward(stage.postgres, reward_for(claim, state=found))
        await stage.pass_time(days=3)
        outcome = await stage.ended()
        assert (outcome.state, outcome.reason_code, outcome.granted) == (state, reason, None)
        assert await stage.moves() == [*LED_BY["on_hold"], f"hold_released: on_hold → {state}"]
        await stage.got_letters("confirmation", letter)
        await stage.shows(State=state)
        assert stage.partner.calls == []


async def test_a_held_ticket_is_no_duplicate_of_itself(staged: SetUp) -> None:
    """R25: but another claim for the same reward is, and the first one stands."""
    async with staged(velotel=HOLDING) as stage:
        claim = await stage.prepare(an_early_claim())
        first = await stage.file(claim)
        second = await stage.file(claim)
        assert (second.status, second.existing_ticket) == ("discarded", first.number)
        stage.number = first.number
        await stage.pass_time(days=3)
        await stage.stands("sent_to_partner")
