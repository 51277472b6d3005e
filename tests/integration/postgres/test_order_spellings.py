"""One order is claimed and paid once, however its number is written."""

from collections.abc import Sequence
from typing import Final

import pytest

from adapters.postgres.database import Database
from domain.tickets.settlement import SettlementResult
from tests.support.ticket_store import TicketStore

SPELLINGS: Final = [
    ("VT-I1", "vt-\u01311", "VT-\u01301", "V\u0422\u2011\u04061", "V\u200bT I\uff11"),
    ("MASSE-7", "ma\u00dfe 7", "MA\u1e9eE 7", "m\u0430\u017fse\u00ad7", "\u1d0dasse7"),
    ("K100", "\u212a100", "k\u0661\u0660\u0660", "\u043a\u2014100", "\u039a 100"),
]


@pytest.mark.parametrize("spellings", SPELLINGS)
async def test_one_order_is_claimed_once(database: Database, spellings: Sequence[str]) -> None:
    """R25: the first claim counts; another spelling makes no other order."""
    store = TicketStore(database)
    await store.register_link()
    first = await store.file(spellings[0])
    assert first.ticket
    for other in spellings[1:]:
        again = (await store.file(other)).result
        assert [reason.code for reason in again.reasons][:1] in (["duplicate"], ["incomplete"])
        assert again.existing_ticket in (None, first.result.number)


@pytest.mark.parametrize("spellings", SPELLINGS)
async def test_one_order_is_paid_once(database: Database, spellings: Sequence[str]) -> None:
    """Claimed by two accounts in two spellings, and confirmed twice."""
    store = TicketStore(database)
    results = []
    for account, spelling in zip(("acc-1", "acc-2"), spellings, strict=False):
        await store.register_link(account)
        claimed = await store.file(spelling, account, link_id=f"lnk-{account}")
        results.append(await store.settle(await store.confirm(claimed)))
    assert results == [SettlementResult.GRANTED, SettlementResult.ALREADY_REWARDED]
