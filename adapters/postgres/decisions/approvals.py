"""The maximum of a partner, looked at once more by the transaction that grants a reward."""

from adapters.postgres.database import QUERIES, Connection
from adapters.postgres.rows import money_from_row
from domain.tickets.approvals import are_different_agents, is_within_maximum
from domain.tickets.changes.change_set import ChangeSet
from domain.values.money import Money
from domain.values.stored import read_stored


async def is_grantable(connection: Connection, number: str, amount: Money) -> bool:
    """Say whether `amount` is within the maximum of the ticket's partner, or approved by two
    agents. This is checked again for every grant.
    """
    maximum = read_stored(Money, await QUERIES.get_max_reward(connection, number=number))
    if is_within_maximum(amount, maximum):
        return True
    approved = await QUERIES.get_latest_approval(connection, number=number)
    return (
        approved is not None
        and money_from_row(approved["amount"], approved["currency"]) == amount
        and amount.currency == maximum.currency
        and are_different_agents(approved["proposed_by"], approved["approved_by"])
    )


async def was_stored_undecided(connection: Connection, number: str, change_set: ChangeSet) -> bool:
    """Say whether this change set was stored before, as one that grants nothing."""
    return bool(await QUERIES.get_version(connection, number=number) >= change_set.version)
