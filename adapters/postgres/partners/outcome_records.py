"""Stored outcomes, and the codes that are predicted for them on arrival."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Self

from adapters.postgres.database import QUERIES, Connection, Database, repeat_after_migration
from adapters.postgres.rows import money_from_row
from domain.codes import MessageCode
from domain.tickets.messages.signals import PartnerOutcome
from domain.tickets.outcome_prediction import predict_code, predict_state
from domain.tickets.states import State
from domain.values.money import Money
from domain.values.stored import read_stored

OutcomeKey = tuple[str, str]
"""An outcome's ticket number and its id."""


class StoredTicketState(NamedTuple):
    """The stored state of a ticket, and the amount that its partner confirmed."""

    state: State
    confirmed: Money | None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Read a row of the tickets."""
        confirmed = money_from_row(row["confirmed_amount"], row["confirmed_currency"])
        return cls(State(row["state"]), confirmed)


class StoredOutcome(NamedTuple):
    """A stored outcome: `code` is its result, `None` until it is dispatched;
    `message_id` names the signed message that brought it, if any; `predicted_code` is the code
    predicted on arrival.
    """

    code: str | None
    message_id: str | None
    outcome: PartnerOutcome
    predicted_code: str | None = None

    @property
    def refusal(self) -> str | None:
        """The code of an outcome that changes nothing, as far as it is known."""
        return (
            MessageCode.TICKET_CLOSED
            if self.code == MessageCode.TICKET_CLOSED
            else self.predicted_code
        )


def outcome_key(outcome: PartnerOutcome) -> OutcomeKey:
    """Return the key under which an outcome is stored once."""
    return outcome.number or "", outcome.outcome_id


def predict_codes(
    outcomes: Iterable[PartnerOutcome], tickets: Mapping[str, StoredTicketState]
) -> Iterator[tuple[PartnerOutcome, str | None]]:
    """Yield each outcome with the code that is certain already, by its ticket's state and the
    outcomes before it in the same message.
    """
    states = {number: ticket.state for number, ticket in tickets.items()}
    for outcome in outcomes:
        number = outcome.number or ""
        ticket, state = tickets[number], states[number]
        is_first = state == ticket.state
        code = predict_code(state, ticket.confirmed, outcome)
        yield outcome, code if is_first or code == MessageCode.TICKET_CLOSED else None
        states[number] = predict_state(state, outcome)


@repeat_after_migration
async def find_outcomes(
    database: Database, partner_id: str, outcomes: Collection[PartnerOutcome]
) -> dict[OutcomeKey, StoredOutcome]:
    """Return the stored outcomes among these, by their keys."""
    async with database.transaction() as connection:
        return await find_stored(connection, partner_id, outcomes)


async def find_stored(
    connection: Connection, partner_id: str, outcomes: Iterable[PartnerOutcome]
) -> dict[OutcomeKey, StoredOutcome]:
    """Return the stored outcomes among these, by their keys."""
    keys = [outcome_key(outcome) for outcome in outcomes]
    filters = {"numbers": [key[0] for key in keys], "outcome_ids": [key[1] for key in keys]}
    rows = QUERIES.find_outcomes(connection, partner_id=partner_id, **filters)
    return {(row["number"], row["outcome_id"]): _stored_outcome(row) async for row in rows}


def _stored_outcome(row: Mapping[str, Any]) -> StoredOutcome:
    outcome = read_stored(PartnerOutcome, row["outcome"])
    return StoredOutcome(row["code"], row["webhook_message_id"], outcome, row["predicted_code"])
