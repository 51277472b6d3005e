"""Resends e-mails that failed permanently, on behalf of an operator."""

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.emails import EmailActivities, OutgoingEmailRef
from adapters.postgres.database import Database
from adapters.postgres.tickets.email_queue import clear_undeliverable, replace_address, unsent_keys
from domain.claims.claim import Contact
from domain.errors import EmailUndeliverable, MailServerUnavailable

SENT = "sent"


async def resend_emails(
    database: Database,
    client: Client,
    emails: EmailActivities,
    number: str,
    address: str | None = None,
) -> dict[str, str]:
    """Send a ticket's unsent e-mails in order; return `sent` or the error by each e-mail's key.

    Message-IDs stay the same. `address` replaces the stored address; for a claim that was not
    accepted, whose address is not stored, it is used for these e-mails only. When all are sent, the
    attention `mail_undeliverable` is cleared.
    """
    contact = None
    if address and not await replace_address(database, number, address):
        contact = Contact(email=address)
    results: dict[str, str] = {}
    for key in await unsent_keys(database, number):
        try:
            await emails.send(OutgoingEmailRef(number=number, key=key, contact=contact))
            results[key] = SENT
        except (EmailUndeliverable, MailServerUnavailable) as error:
            results[key] = str(error)
    if set(results.values()) <= {SENT}:
        await _clear_attention(database, client, number)
    return results


async def _clear_attention(database: Database, client: Client, number: str) -> None:
    """Signal the workflow, which clears the attention; for a closed ticket, clear it here."""
    try:
        await client.get_workflow_handle(number).signal("emails_sent")
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        await clear_undeliverable(database, number)
