"""The first arrows: accepted, discarded, held and released (R22-R28)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.postgres.feed_records import store_reward
from tests.support.claims import an_early_claim, days_ago, reward_for
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.conftest import EnvironmentFactory
from tests.workflow.transitions.test_transitions import DOWN, LED_BY

HOLDING = {"early_claims": "hold"}


async def test_an_accepted_claim_is_confirmed_and_sent_to_its_partner(
    env: TicketEnvironment,
) -> None:
    """R22, R26-R28: by answer and by mail, with the number; the partner gets it complete."""
    claim = await env.prepare_claim()
    answer = await env.file(claim)
    assert (answer.status, answer.state, answer.number) == ("accepted", "validated", env.number)
    row = await env.wait_for_state("sent_to_partner")
    await env.wait_for_attributes(State="sent_to_partner", DueAt=row["due_at"])
    await env.wait_for_emails("confirmation")
    (letter,) = env.mailbox.find(number=env.number)
    assert env.number in letter.subject
    assert env.number in letter.text
    assert letter.to == "acc-1001@example.com"
    (call,) = env.partner.calls
    assert call.claim["answers"] == claim["answers"]
    assert row["partner_reference"] == "ref-1"
    assert await env.transitions() == LED_BY["sent_to_partner"]


async def test_the_partners_time_begins_when_the_claim_is_accepted(env: TicketEnvironment) -> None:
    env.partner.default_response = DOWN
    await env.file()
    row = await env.wait_for_state("validated")
    (accepted,) = await env.rows("ticket_transitions", "seq")
    assert (
        timedelta(days=13, hours=22) < row["due_at"] - accepted["at"] < timedelta(days=14, hours=2)
    )
    await env.wait_for_attributes(State="validated", DueAt=row["due_at"])


async def test_an_incomplete_claim_is_discarded_at_once(env: TicketEnvironment) -> None:
    """R23: the answer names the field; no letter, no call, no personal data in the books."""
    answer = await env.file(answers={})
    assert (answer.status, answer.state) == ("discarded", "discarded")
    assert [(reason.code, reason.field) for reason in answer.reasons] == [
        ("incomplete", "order_number")
    ]
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code) == ("discarded", "incomplete")
    assert await env.transitions() == ["claim_discarded: created → discarded"]
    row = await env.row()
    assert (row["contact"], row["answers"], row["account_id"]) == (None, None, None)
    assert (env.emails(), env.partner.calls) == ([], [])


async def test_operators_find_a_refused_claim_as_discarded(env: TicketEnvironment) -> None:
    """contract.md: `TicketState` shows where the ticket stands, also where it ended at once."""
    await env.file(ordered_on=days_ago(200).isoformat())
    await env.wait_until_closed()
    await env.wait_for_attributes(State="discarded")


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
    env: TicketEnvironment, changes: dict[str, Any], status: str, code: str
) -> None:
    answer = await env.file(**changes)
    assert (answer.status, [reason.code for reason in answer.reasons]) == (status, [code])
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code) == ("discarded", code)


async def test_an_early_claim_is_held_and_sent_by_itself(open_env: EnvironmentFactory) -> None:
    """R7-R9: only then does the partner's time begin."""
    async with open_env(velotel=HOLDING) as env:
        answer = await env.file(an_early_claim())
        assert (answer.status, answer.state) == ("held", "on_hold")
        assert answer.available_from
        assert answer.available_from > datetime.now(UTC) + timedelta(hours=47)
        row = await env.wait_for_state("on_hold")
        await env.wait_for_attributes(State="on_hold", DueAt=row["due_at"])
        await env.wait_for_emails("confirmation")
        assert env.partner.calls == []
        await env.skip_time(days=3)
        row = await env.wait_for_state("sent_to_partner")
        released = (await env.rows("ticket_transitions", "seq"))[2]
        assert row["due_at"] - released["at"] > timedelta(days=13, hours=22)
        assert await env.transitions() == [
            *LED_BY["on_hold"],
            "hold_released: on_hold → validated",
            "claim_sent: validated → sent_to_partner",
        ]
        assert len(env.partner.calls) == 1
        await env.wait_for_emails("confirmation")


@pytest.mark.parametrize(
    ("found", "state", "reason", "letter"),
    [
        ("registered", "resolved", None, "reward_registered"),
        ("granted", "resolved", None, "reward_registered"),
        ("invalid", "rejected", "terms_not_met", "rejected"),
    ],
)
async def test_facts_are_read_anew_when_a_hold_ends(
    open_env: EnvironmentFactory, found: str, state: str, reason: str | None, letter: str
) -> None:
    """R24: a reward that has come meanwhile ends the ticket, and the partner is not asked."""
    async with open_env(velotel=HOLDING) as env:
        claim = await env.prepare_claim(an_early_claim())
        await env.file(claim)
        await store_reward(env.postgres, reward_for(claim, state=found))
        await env.skip_time(days=3)
        outcome = await env.wait_until_closed()
        assert (outcome.state, outcome.reason_code, outcome.granted_amount) == (state, reason, None)
        assert await env.transitions() == [*LED_BY["on_hold"], f"hold_released: on_hold → {state}"]
        await env.wait_for_emails("confirmation", letter)
        await env.wait_for_attributes(State=state)
        assert env.partner.calls == []


async def test_a_held_ticket_is_no_duplicate_of_itself(open_env: EnvironmentFactory) -> None:
    """R25: but another claim for the same reward is, and the first one stands."""
    async with open_env(velotel=HOLDING) as env:
        claim = await env.prepare_claim(an_early_claim())
        first = await env.file(claim)
        second = await env.file(claim)
        assert (second.status, second.existing_ticket) == ("discarded", first.number)
        env.number = first.number
        await env.skip_time(days=3)
        await env.wait_for_state("sent_to_partner")
