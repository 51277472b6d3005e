"""The transition table as docs/requirements.md gives it."""

from itertools import product

from domain.tickets.states import Event, State

TABLE = """
claim_accepted            | created                 | validated
claim_discarded           | created                 | discarded
claim_held                | validated               | on_hold
hold_released             | on_hold                 | validated resolved rejected
claim_sent                | validated               | sent_to_partner
partner_confirmed         | WITH_PARTNER awaiting_cancellation_period | awaiting_cancellation_period
partner_rejected          | WITH_PARTNER            | rejected
information_requested     | sent_to_partner         | information_requested
information_provided      | information_requested   | sent_to_partner
information_not_provided  | information_requested   | sent_to_partner rejected
partner_silent            | validated               | validated DECIDED
partner_silent            | sent_to_partner         | sent_to_partner DECIDED
order_cancelled           | WITH_PARTNER awaiting_cancellation_period | rejected
cancellation_period_ended | awaiting_cancellation_period              | resolved rejected
reward_registered         | validated on_hold WITH_PARTNER awaiting_cancellation_period | resolved
withdrawn                 | validated on_hold WITH_PARTNER | withdrawn
decided                   | validated on_hold WITH_PARTNER awaiting_cancellation_period | DECIDED
""".replace("WITH_PARTNER", "sent_to_partner information_requested").replace(
    "DECIDED", "awaiting_cancellation_period rejected"
)
TableRow = tuple[Event, State, State]


def parsed_table() -> set[TableRow]:
    """Every row of the table above."""
    rows = set()
    for row in TABLE.strip().splitlines():
        event, sources, targets = (cell.split() for cell in row.split("|"))
        rows |= {
            (Event(event[0]), State(source), State(target))
            for source, target in product(sources, targets)
        }
    return rows


ALLOWED = parsed_table()
