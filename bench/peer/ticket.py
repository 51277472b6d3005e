"""A ticket as a DBOS workflow on the straight way: filed, delivered, confirmed, granted.

It does a ticket's real work with the adapters that a ticket has: rows in PostgreSQL, the signed
call to the partner, three e-mails. What each step returns is recorded by DBOS.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from dbos import DBOS

from adapters.email.renderer import EmailRenderer
from adapters.email.smtp import SmtpMailer
from adapters.http.webhook_client import WebhookClient
from bench.peer.store import CONFIRMED, SENT, PeerStore
from domain.partners.channels import HttpChannel

OUTCOME_SECONDS: Final = 14 * 24 * 3600.0
AMOUNT: Final = {"amount": "40.00", "currency": "PLN"}
TIMES_TRIED: Final = 10


@dataclass(frozen=True)
class PeerParts:
    """What the steps of a ticket use."""

    store: PeerStore
    renderer: EmailRenderer
    mailer: SmtpMailer
    partners: WebhookClient
    channel: HttpChannel


class PeerSteps:
    """The steps; each may be repeated."""

    def __init__(self, parts: PeerParts) -> None:
        """Do the work with these parts."""
        self._parts = parts

    async def accept(self, number: str, claim: dict[str, Any]) -> str:
        """Store the ticket; return until when the partner has to answer."""
        await self._parts.store.accept(number, claim)
        return (datetime.now(UTC) + timedelta(days=14)).date().isoformat()

    async def deliver(self, number: str, claim: dict[str, Any]) -> str | None:
        """Send the claim to its partner; return the partner's reference."""
        clicked_at = (datetime.now(UTC) - timedelta(days=20)).isoformat()
        payload = {"number": number, "kind": claim["kind"], "ordered_on": claim["ordered_on"]}
        payload |= {"answers": claim["answers"]}
        payload |= {"link": {"id": claim["link_id"], "clicked_at": clicked_at}}
        body = {"claim": payload}
        return await self._parts.partners.deliver(self._parts.channel, f"{number}-claim", body)

    async def mark_sent(self, number: str) -> None:
        """Store that the partner has the claim."""
        await self._parts.store.advance(number, SENT)

    async def confirm(self, number: str, outcome: dict[str, Any]) -> None:
        """Store that the partner has confirmed."""
        await self._parts.store.advance(number, CONFIRMED, f"partner:{outcome['partner_id']}")

    async def settle(self, number: str) -> None:
        """Grant the reward."""
        await self._parts.store.settle(number, AMOUNT["amount"], AMOUNT["currency"])

    async def send_email(
        self, number: str, claim: dict[str, Any], kind: str, params: dict[str, Any]
    ) -> None:
        """Render one e-mail to the member and send it."""
        contact = claim["contact"]
        known = {
            "number": number,
            "partner_name": claim["partner_id"],
            "member_name": contact["name"],
            "claimed": [
                {"label": name, "value": value, "exact": True}
                for name, value in claim["answers"].items()
            ],
        }
        rendered = self._parts.renderer.render(kind, contact["language"], known | params)
        await self._parts.mailer.send(number, kind, contact["name"], contact["email"], rendered)


def register_ticket_workflow(steps: PeerSteps) -> Callable[..., Any]:
    """Register the workflow with DBOS, before it is launched; return it."""

    async def ticket(number: str, claim: dict[str, Any]) -> str:
        answer_by = await _step(steps.accept, number, claim)
        first = {"held_until": None, "answer_by": answer_by}
        await _step(steps.send_email, number, claim, "confirmation", first)
        await _step(steps.deliver, number, claim)
        await _step(steps.mark_sent, number)
        outcome = await DBOS.recv_async(timeout_seconds=OUTCOME_SECONDS)
        await _step(steps.confirm, number, outcome)
        second = {
            "due_on": answer_by,
            "amount": AMOUNT,
            "decided_by": "partner",
            "is_update": False,
        }
        await _step(steps.send_email, number, claim, "partner_confirmed", second)
        await _step(steps.settle, number)
        await _step(steps.send_email, number, claim, "resolved", {"amount": AMOUNT})
        return number

    registered: Callable[..., Any] = DBOS.workflow(name="ticket")(ticket)
    return registered


async def _step(work: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
    """Run a recorded step, repeated when it fails."""
    options = {"name": work.__name__, "retries_allowed": True, "max_attempts": TIMES_TRIED}
    return await DBOS.run_step_async(options, work, *arguments)
