"""Links to the page where members answer questions."""

from dataclasses import dataclass

from adapters.postgres.tickets.email_queue import QueuedEmail
from adapters.security.signed_links import member_link, sign_link
from domain.handlers.information_requests import answer_link_expires_at
from domain.tickets.changes.emails import EmailKind


@dataclass(frozen=True)
class AnswerLinkFactory:
    """Builds links to the page at `address`, signed with `secrets`."""

    address: str
    secrets: str

    def build_link(self, number: str, email: QueuedEmail) -> str | None:
        """Return the link of an e-mail with questions; all attempts to send it have the same."""
        rules = email.rules() if email.kind == EmailKind.INFORMATION_NEEDED else None
        if rules is None:
            return None
        zone = rules.market.zone
        until = answer_link_expires_at(email.params.get("answer_by"), email.queued_at, zone)
        token = sign_link(self.secrets, member_link(number), until)
        return f"{self.address}/tickets/{number}/information?token={token}"
