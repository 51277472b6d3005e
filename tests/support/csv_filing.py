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
WIDE: Final = dict.fromkeys(ClaimLimits.model_fields, 10_000)
_KEYS: Final = itertools.count(1)


class Desk:
    """Files claims and leads their tickets by the real activities, on real books."""

    def __init__(self, database: Database, **changes: Any) -> None:
        """Judge by one partner, `velotel`, with these changes to its file; without any to its
        limits, no test meets them by the way.
        """
        self.database = database
        profiles = {"velotel": a_profile(**{"limits": WIDE} | changes)}
        self.persistence = Persistence(database, profiles, EmailRenderer(SERVICE), SERVICE)

    async def open_account(self, account_id: str = "acc-1001") -> str:
        """Register a link for the account; return its id."""
        link = f"lnk-{account_id}"
        known = {"link_id": link, "account_id": account_id, "clicked_at": CLICKED_AT}
        await store_link(self.database, a_link(**known))
        return link

    async def reward(self, **changes: Any) -> None:
        """Take a reward from the platform's feed."""
        await store_reward(self.database, a_reward(**changes))

    async def file(
        self, order: str = "VT-2231-9", account_id: str = "acc-1001", **changes: Any
    ) -> Admission:
        """Admit a claim of the account for the order, under a request key of its own."""
        return await self.persistence.admit(a_request(order, account_id, **changes))

    async def hears(
        self, admission: Admission, *messages: Message, sent: bool = False
    ) -> TicketAggregate:
        """Let an accepted claim's ticket hear messages, every step written down.

        `sent`: its partner has the claim already.
        """
        assert admission.ticket
        aggregate = TicketAggregate(admission.ticket)
        before = [Delivered(reference="ref-1")] if sent else []
        if sent:
            next_delivery_purpose(aggregate)
        for message in (*before, *messages):
            handle_message(aggregate, message, datetime.now(UTC))
            await self.persistence.apply_changes(aggregate.collect_changes())
        return aggregate

    async def confirm(self, admission: Admission) -> TicketAggregate:
        """Lead an accepted claim to its partner's yes; the cancellation period is over."""
        yes = an_outcome(cancellation_ends_on=ORDERED_ON)
        aggregate = await self.hears(admission, yes, sent=True)
        assert aggregate.ticket.state is State.AWAITING_CANCELLATION_PERIOD
        assert aggregate.ticket.confirmed_amount
        return aggregate

    async def settle(self, aggregate: TicketAggregate) -> SettlementResult:
        """End the ticket as the granting transaction finds it."""
        verdict = await self.persistence.settle(settlement(aggregate))
        assert verdict
        return verdict


def a_request(
    order: str = "VT-2231-9",
    account_id: str = "acc-1001",
    *,
    started_at: datetime | None = None,
    run_id: str = "run-1",
    request_key: str | None = None,
    **changes: Any,
) -> AdmissionRequest:
    """What a claim's workflow asks for; `changes` are made to the claim."""
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
    """What a ticket's workflow asks for at the end of its cancellation period."""
    ticket = aggregate.ticket
    assert ticket.confirmed_amount
    changes_by_result = settlement_changes(ticket, datetime.now(UTC))
    return Settlement(
        number=ticket.number, amount=ticket.confirmed_amount, changes_by_result=changes_by_result
    )
