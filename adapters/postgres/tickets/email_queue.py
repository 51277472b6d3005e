"""The queue of outgoing e-mails, and what the mail server supports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from adapters.postgres.database import QUERIES, Database
from domain.claims.claim import Contact
from domain.claims.claim_to_deliver import ClaimToDeliver
from domain.partners.rules import PartnerRules
from domain.values.stored import read_stored


@dataclass(frozen=True)
class QueuedEmail:
    """An e-mail to send; `params` are those of its template, `claim` is what it is about.

    Of a refused claim the database stores nothing.
    """

    kind: str
    language: str
    params: dict[str, Any]
    queued_at: datetime
    is_sent: bool
    contact: Contact
    partner_name: str
    stored_rules: dict[str, Any] | None
    claim: ClaimToDeliver | None
    status_key: int

    @cached_property
    def rules(self) -> PartnerRules | None:
        """Return the partner's rules by which the ticket was admitted."""
        return read_stored(PartnerRules, self.stored_rules) if self.stored_rules else None


async def find_email(database: Database, number: str, key: str) -> QueuedEmail | None:
    """Return an e-mail of a ticket by its key."""
    row = await database.fetch_row(QUERIES.get_email, number=number, key=key)
    if row is None:
        return None
    return QueuedEmail(
        kind=row["kind"],
        language=row["language"],
        params=row["params"],
        queued_at=row["queued_at"],
        is_sent=row["sent_at"] is not None,
        contact=read_stored(Contact, row["contact"] or {}),
        partner_name=row["partner_name"] or "",
        stored_rules=row["rules"],
        claim=_claim(row),
        status_key=row["status_key"],
    )


def _claim(row: Mapping[str, Any]) -> ClaimToDeliver | None:
    if row["claim_kind"] is None:
        return None
    columns = {name: row[name] for name in ClaimToDeliver.model_fields if name != "kind"}
    return ClaimToDeliver(kind=row["claim_kind"], **columns)


async def mark_sent(database: Database, number: str, key: str) -> None:
    """Mark an e-mail as sent; after the last one of a closed ticket, remove its resume state."""
    await database.execute(QUERIES.mark_email_sent, number=number, key=key)


async def unsent_keys(database: Database, number: str) -> list[str]:
    """Return the keys of a ticket's unsent e-mails, in their order."""
    return list(await database.fetch_value(QUERIES.list_unsent_email_keys, number=number) or [])


async def replace_address(database: Database, number: str, email: str) -> bool:
    """Replace the member's address; return `False` if the database stores none."""
    query = QUERIES.update_email_address
    return await database.fetch_value(query, number=number, email=email) is not None


async def clear_undeliverable(database: Database, number: str) -> None:
    """Remove the attention `mail_undeliverable` of a closed ticket."""
    await database.execute(QUERIES.clear_undeliverable, number=number)


async def store_mail_capabilities(database: Database, *, supports_smtputf8: bool) -> None:
    """Store what the mail server supports."""
    await database.execute(QUERIES.upsert_mail_server, supports_smtputf8=supports_smtputf8)
