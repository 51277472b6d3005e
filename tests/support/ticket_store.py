"""Claims filed straight into the database: what the worker's activities do, without a workflow.

Dates count from today, so that an unchanged claim is accepted on any day.
"""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from activities.persistence import Persistence
from activities.persistence_requests import Settlement
from adapters.email.renderer import EmailRenderer
from adapters.postgres.database import Database
from adapters.postgres.platform.feed_records import store_link, store_reward
from domain.admission.admission import Admission, AdmissionRequest
from domain.handlers.commands.execution import next_delivery_purpose
from domain.handlers.message_handling import handle_message
from domain.partners.claim_limits import ClaimLimits
from domain.tickets.aggregate.settlement_changes import settlement_changes
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.messages.internal import Delivered
from domain.tickets.messages.message import Message
from domain.tickets.settlement import SettlementResult
from domain.tickets.states import State
from domain.values.ticket_number import derive_number
from tests.support.builders import a_link, a_profile, a_reward, an_outcome, claim_content

SERVICE: Final = "help@example.com"
TODAY: Final = datetime.now(UTC)
ORDERED_ON: Final = (TODAY - timedelta(days=19)).date().isoformat()
CLICKED_AT: Final = (TODAY - timedelta(days=21)).isoformat()
WIDE_LIMITS: Final = dict.fromkeys(ClaimLimits.model_fields, 10_000)
_KEYS: Final = itertools.count(1)


class TicketStore:
    """Files claims and takes their tickets' steps by the real activities, on a real database."""

    def __init__(self, database: Database, **changes: Any) -> None:
        """Use one partner, `velotel`, with these changes to its file; its limits are wide unless
        they are changed, so that no test exceeds them by accident.
        """
        self.database = database
        profiles = {"velotel": a_profile(**{"limits": WIDE_LIMITS} | changes)}
        self.persistence = Persistence(database, profiles, EmailRenderer(SERVICE), SERVICE)

    async def register_link(self, account_id: str = "acc-1001") -> str:
        """Register a link for the account; return its id."""
        link_id = f"lnk-{account_id}"
        link_content = {"link_id": link_id, "account_id": account_id, "clicked_at": CLICKED_AT}
        await store_link(self.database, a_link(**link_content))
        return link_id

    async def reward(self, **changes: Any) -> None:
        """Store a reward of the platform's feed."""
        await store_reward(self.database, a_reward(**changes))

    async def file(
        self, order: str = "VT-2231-9", account_id: str = "acc-1001", **changes: Any
    ) -> Admission:
        """Admit a claim of the account for the order, under a new request key."""
        return await self.persistence.admit(a_request(order, account_id, **changes))

    async def handle(
        self, admission: Admission, *messages: Message, sent: bool = False
    ) -> TicketAggregate:
        """Let the ticket of an accepted claim handle messages, and store each step.

        `sent`: its partner has the claim already.
        """
        assert admission.ticket
        aggregate = TicketAggregate(admission.ticket)
        delivery = [Delivered(reference="ref-1")] if sent else []
        if sent:
            next_delivery_purpose(aggregate)
        for message in (*delivery, *messages):
            handle_message(aggregate, message, datetime.now(UTC))
            await self.persistence.apply_changes(aggregate.collect_changes())
        return aggregate

    async def confirm(self, admission: Admission) -> TicketAggregate:
        """Confirm an accepted claim as its partner; the cancellation period is over."""
        confirmation = an_outcome(cancellation_ends_on=ORDERED_ON)
        aggregate = await self.handle(admission, confirmation, sent=True)
        assert aggregate.ticket.state is State.AWAITING_CANCELLATION_PERIOD
        assert aggregate.ticket.confirmed_amount
        return aggregate

    async def settle(self, aggregate: TicketAggregate) -> SettlementResult:
        """Settle the ticket; return the result."""
        result = (await self.persistence.settle(settlement(aggregate))).result
        assert result
        return result


def a_request(
    order: str = "VT-2231-9",
    account_id: str = "acc-1001",
    *,
    started_at: datetime | None = None,
    run_id: str = "run-1",
    request_key: str | None = None,
    **changes: Any,
) -> AdmissionRequest:
    """The request of a claim's workflow; `changes` are made to the claim."""
    filled_in = {
        "account_id": account_id,
        "link_id": f"lnk-{account_id}",
        "ordered_on": ORDERED_ON,
        "answers": {"order_number": order},
    }
    return AdmissionRequest.model_validate(
        {
            "number": derive_number(account_id, request_key or f"key-{next(_KEYS)}"),
            "run_id": run_id,
            "digest": "d" * 64,
            "claim": json.dumps(claim_content(**filled_in | changes)),
            "started_at": started_at or datetime.now(UTC),
        }
    )


def settlement(aggregate: TicketAggregate) -> Settlement:
    """The request of a ticket's workflow at the end of its cancellation period."""
    ticket = aggregate.ticket
    assert ticket.confirmed_amount
    changes_by_result = settlement_changes(ticket, datetime.now(UTC))
    return Settlement(
        number=ticket.number, amount=ticket.confirmed_amount, changes_by_result=changes_by_result
    )
