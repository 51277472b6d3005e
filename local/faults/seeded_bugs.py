"""Bugs, one for each invariant, that the fault suite must catch; never part of the product.

`python -m local.faults.seeded_bugs BUG worker|gateway` runs that program with the bug.
"""

import runpy
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from temporalio.exceptions import ApplicationError

from adapters.email.smtp import SmtpMailer
from adapters.http.webhook_client import WebhookClient
from adapters.postgres.database import QUERIES, Connection
from adapters.postgres.decisions import settlement
from adapters.postgres.tickets import change_records
from domain.claims.claim_context import ClaimContext
from domain.tickets.changes.transition import Transition
from domain.tickets.lifecycle import Lifecycle
from domain.tickets.settlement import SettlementResult
from domain.tickets.states import Event, State
from gateway import ticket_commands
from local.faults import invariants
from local.faults.invariants import Invariant
from workflows.outcome_dispatcher import DISPATCHED, OutcomeDispatcher

PROGRAMS: Final = ("worker", "gateway")


@dataclass(frozen=True)
class SeededBug:
    """A bug: the invariant that must catch it, and the kinds of claims that it strikes."""

    invariant: Invariant
    seed: Callable[[], None]
    kinds: tuple[str, ...]


def _falsify(query: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Let a query write what `change` returns for its row."""
    original = getattr(QUERIES, query)

    async def write(connection: Connection, **row: Any) -> Any:
        return await original(connection, **row | change(row))

    setattr(QUERIES, query, write)


def _forget_deadlines() -> None:
    _falsify("update_ticket", lambda row: {"due_at": None})


def _use_another_key_each_time() -> None:
    original = WebhookClient.deliver

    async def deliver(self: WebhookClient, channel: Any, key: str, body: Any) -> str | None:
        return await original(self, channel, f"{key}-{secrets.token_hex(2)}", body)

    WebhookClient.deliver = deliver  # type: ignore[method-assign]


def _use_another_message_id_each_time() -> None:
    original = SmtpMailer.send

    async def send(self: SmtpMailer, message_key: str, *email: Any) -> None:
        await original(self, f"{message_key}-{secrets.token_hex(2)}", *email)

    SmtpMailer.send = send  # type: ignore[assignment]


def _grant_to_every_account() -> None:
    def decide(case: ClaimContext) -> SettlementResult:
        return SettlementResult.GRANTED

    _falsify("insert_grant", lambda row: {"order_key": row["number"]})
    setattr(settlement, "decide_settlement", decide)  # noqa: B010


def _lose_a_transition() -> None:
    original = change_records._insert_transition

    async def insert(connection: Connection, number: str, transition: Transition) -> None:
        if transition.event is not Event.CLAIM_SENT:
            await original(connection, number, transition)

    change_records._insert_transition = insert


def _tell_no_webhook() -> None:
    async def post_event(self: WebhookClient, *event: Any) -> None:
        """Claim success."""

    WebhookClient.post_event = post_event  # type: ignore[assignment]


def _signal_no_outcome() -> None:
    async def signal_outcome(self: OutcomeDispatcher, outcome: Any) -> str:
        return DISPATCHED

    OutcomeDispatcher.signal_outcome = signal_outcome  # type: ignore[method-assign]


def _store_another_reason() -> None:
    _falsify("update_ticket", lambda row: {"reason_code": row["reason_code"] and "other"})


def _fail_the_workflow() -> None:
    original = Lifecycle.fire

    def fire(self: Lifecycle, event: Event, to: State) -> None:
        if event is Event.CLAIM_SENT:
            raise ApplicationError("a bug")
        original(self, event, to)

    Lifecycle.fire = fire  # type: ignore[method-assign]


def _break_the_gateway() -> None:
    def parse(kind: object, content: object) -> Any:
        raise KeyError("a bug")

    setattr(ticket_commands, "parse_message", parse)  # noqa: B010


BUGS: Final = {
    "deadlines are not stored": SeededBug(
        invariants.ends_or_has_deadline, _forget_deadlines, ("never answered",)
    ),
    "a new key for each delivery": SeededBug(
        invariants.one_claim_per_purpose, _use_another_key_each_time, ("confirmed",)
    ),
    "a new Message-ID for each attempt": SeededBug(
        invariants.one_email_per_event, _use_another_message_id_each_time, ("rejected",)
    ),
    "one order is granted to two accounts": SeededBug(
        invariants.one_grant_per_order, _grant_to_every_account, ("from two accounts",)
    ),
    "a transition is not stored": SeededBug(
        invariants.transitions_match_table, _lose_a_transition, ("rejected",)
    ),
    "webhooks are not sent": SeededBug(
        invariants.feed_equals_transitions, _tell_no_webhook, ("rejected",)
    ),
    "outcomes are not signalled": SeededBug(
        invariants.outcomes_reach_their_tickets, _signal_no_outcome, ("rejected",)
    ),
    "the reason is stored wrong": SeededBug(
        invariants.database_equals_workflow, _store_another_reason, ("rejected",)
    ),
    "a workflow fails": SeededBug(invariants.no_workflow_failed, _fail_the_workflow, ("rejected",)),
    "a command breaks the gateway": SeededBug(
        invariants.gateway_never_broke, _break_the_gateway, ("withdrawn",)
    ),
}


def main(bug: str, program: str) -> None:
    """Seed the bug and run the program as `python -m` does."""
    BUGS[bug].seed()
    sys.argv = [program]
    runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
