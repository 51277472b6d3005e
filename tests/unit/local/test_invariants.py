"""Each written invariant of the fault suite finds what breaks it, and nothing in a healthy run."""

import copy
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from domain.tickets.snapshot import TicketOutcome
from domain.tickets.states import State
from local.faults.invariants import INVARIANTS, violations
from local.faults.witnesses import Evidence
from tests.unit.local.healthy_evidence import GRANTED, NOW, NUMBER, an_answer, healthy_evidence


def with_row(table: str, **changes: Any) -> Callable[[Evidence], Evidence]:
    """Change the last row of a table."""

    def change(evidence: Evidence) -> Evidence:
        tables: dict[str, Any] = copy.deepcopy(dict(evidence.tables))
        tables[table][-1] |= changes
        return replace(evidence, tables=tables)

    return change


def without_row(table: str) -> Callable[[Evidence], Evidence]:
    """Remove the last row of a table."""
    return lambda one: replace(one, tables={**one.tables, table: one.tables[table][:-1]})


def without_rows(table: str) -> Callable[[Evidence], Evidence]:
    """Remove all rows of a table."""
    return lambda one: replace(one, tables={**one.tables, table: []})


def with_rows(table: str, *rows: dict[str, Any]) -> Callable[[Evidence], Evidence]:
    """Add rows to a table."""
    return lambda one: replace(one, tables={**one.tables, table: [*one.tables[table], *rows]})


def with_partner_claim(**changes: Any) -> Callable[[Evidence], Evidence]:
    """Change what the partner has."""
    return lambda one: replace(one, partner_claims=[{**one.partner_claims[0], **changes}])


def with_workflow(**changes: Any) -> Callable[[Evidence], Evidence]:
    """Change what Temporal says."""
    return lambda one: replace(one, workflows={NUMBER: replace(one.workflows[NUMBER], **changes)})


BROKEN: list[tuple[str, str, Callable[[Evidence], Evidence]]] = [
    ("ends or has deadline", "the answer is lost", lambda one: replace(one, answers={NUMBER: []})),
    ("ends or has deadline", "the ticket is lost", without_row("tickets")),
    (
        "ends or has deadline",
        "a repeated filing is answered in another way",
        lambda one: replace(one, answers={NUMBER: [an_answer(), an_answer("refused")]}),
    ),
    ("ends or has deadline", "it ends in another way", with_row("tickets", state="rejected")),
    ("ends or has deadline", "nobody waits for it", with_row("tickets", state="validated")),
    (
        "one claim per purpose",
        "the partner never got it",
        lambda one: replace(one, partner_claims=[]),
    ),
    (
        "one claim per purpose",
        "another partner got it",
        with_partner_claim(partner_id="brightvolt"),
    ),
    (
        "one claim per purpose",
        "it came under another key",
        with_partner_claim(keys=[f"{NUMBER}-claim", f"{NUMBER}-claim2"]),
    ),
    (
        "one claim per purpose",
        "it came twice under one key",
        with_partner_claim(keys=[f"{NUMBER}-claim"] * 2),
    ),
    (
        "one claim per purpose",
        "the partner learned more than it asked",
        with_partner_claim(keys=[f"{NUMBER}-claim", f"{NUMBER}-information-2"]),
    ),
    ("one claim per purpose", "it was refused", without_rows("ticket_transitions")),
    ("one email per event", "one was not sent", lambda one: replace(one, mailbox=one.mailbox[1:])),
    (
        "one email per event",
        "one came under another Message-ID",
        lambda one: replace(
            one, mailbox=[*one.mailbox, {"message_id": f"<{NUMBER}-7-resolved@a>"}]
        ),
    ),
    (
        "one email per event",
        "one has no number",
        lambda one: replace(one, mailbox=[*one.mailbox, {"message_id": "<abc@rewards.example>"}]),
    ),
    ("one email per event", "one is not marked", with_row("emails", sent_at=None)),
    ("one email per event", "a transition sends none", without_row("emails")),
    (
        "one email per event",
        "one belongs to no transition",
        with_rows("emails", {"number": NUMBER, "key": "4-rejected", "sent_at": NOW}),
    ),
    ("one grant per order", "the grant is missing", without_row("grants")),
    ("one grant per order", "it has another amount", with_row("grants", amount=Decimal(41))),
    (
        "one grant per order",
        "the order is granted twice",
        with_rows("grants", {"number": NUMBER, "amount": GRANTED.amount, "currency": "PLN"}),
    ),
    ("transitions match table", "one is missing", without_row("ticket_transitions")),
    ("transitions match table", "there is a gap", with_row("ticket_transitions", seq=7)),
    (
        "transitions match table",
        "one starts elsewhere",
        with_row("ticket_transitions", from_state="validated"),
    ),
    (
        "transitions match table",
        "one has no such event",
        with_row("ticket_transitions", event="withdrawn"),
    ),
    ("feed equals transitions", "an event is lost", lambda one: replace(one, feed=one.feed[1:])),
    (
        "feed equals transitions",
        "an event comes twice",
        lambda one: replace(one, feed=[*one.feed, one.feed[-1]]),
    ),
    (
        "feed equals transitions",
        "an event has no webhook",
        lambda one: replace(one, webhooks=one.webhooks[1:]),
    ),
    (
        "feed equals transitions",
        "a webhook has another content",
        lambda one: replace(
            one, webhooks=[*one.webhooks[1:], {"webhook_id": "1", "event": one.feed[1]}]
        ),
    ),
    ("outcomes reach their tickets", "one is not stored", without_row("partner_outcomes")),
    (
        "outcomes reach their tickets",
        "one was not handled",
        with_row("partner_outcomes", acknowledged_at=None),
    ),
    (
        "outcomes reach their tickets",
        "one was refused",
        with_partner_claim(answers=[{"outcome_id": "o-1", "result": "refused:404"}]),
    ),
    (
        "outcomes reach their tickets",
        "one is still to be sent",
        with_rows("outcome_outbox", {"number": NUMBER}),
    ),
    (
        "database equals workflow",
        "the workflow ended otherwise",
        with_workflow(outcome=TicketOutcome(number=NUMBER, state=State.REJECTED)),
    ),
    (
        "database equals workflow",
        "the workflow is over and the ticket open",
        with_row("tickets", state="validated"),
    ),
    (
        "database equals workflow",
        "the ticket has no workflow",
        lambda one: replace(one, workflows={}),
    ),
    (
        "database equals workflow",
        "a time differs",
        with_row("ticket_transitions", at=NOW),
    ),
    ("no workflow failed", "one failed", with_workflow(status="FAILED")),
    ("no workflow failed", "one has failing tasks", with_workflow(has_problems=True)),
    (
        "gateway never broke",
        "it answered 500",
        lambda one: replace(one, refusals=["ZW: POST /v1/tickets: 500 internal"]),
    ),
]


def test_a_healthy_run_breaks_no_invariant() -> None:
    assert violations(healthy_evidence()) == {}


@pytest.mark.parametrize(
    ("invariant", "change"),
    [pytest.param(name, change, id=f"{name}: {what}") for name, what, change in BROKEN],
)
def test_each_invariant_finds_what_breaks_it(
    invariant: str, change: Callable[[Evidence], Evidence]
) -> None:
    assert invariant in violations(change(healthy_evidence()))


def test_every_invariant_has_an_example() -> None:
    assert {name for name, _, _ in BROKEN} == INVARIANTS.keys()
