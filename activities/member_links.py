"""Links to the pages of members: to answer a question, and to see where a ticket stands."""

from dataclasses import dataclass
from typing import Self

from adapters.postgres.tickets.email_queue import QueuedEmail
from adapters.security.signed_links import answer_path, status_path
from domain.errors import InvalidConfiguration
from domain.handlers.information_requests import answer_link_expires_at
from domain.tickets.changes.emails import EmailKind


@dataclass(frozen=True)
class MemberLinkFactory:
    """Builds links to the pages at `address`, signed with `secrets`; `has_status_page`: whether
    members have one.
    """

    address: str
    secrets: str
    has_status_page: bool = False

    @classmethod
    def create(cls, address: str, secrets: str | None, status_page: str) -> Self | None:
        """Return the links of these settings; `None` without an address or secrets.

        Raises `InvalidConfiguration` if e-mails then should link to a status page.
        """
        has_status_page = status_page == "link"
        if address and secrets is not None:
            return cls(address, secrets, has_status_page)
        if has_status_page:
            expected = "expected off, or TICKETS_PUBLIC_URL and TICKETS_SIGNING_SECRET beside it"
            raise InvalidConfiguration("environment", "TICKETS_STATUS_PAGE", expected)
        return None

    def build_links(self, number: str, email: QueuedEmail) -> dict[str, str]:
        """Return the links of an e-mail by their parameters; all attempts to send it have the same.

        A refused claim has none.
        """
        rules = email.rules
        links: dict[str, str] = {}
        if rules is None:
            return links
        if email.kind == EmailKind.INFORMATION_NEEDED:
            answer_by, zone = email.params.get("answer_by"), rules.market.zone
            until = answer_link_expires_at(answer_by, email.queued_at, zone)
            links["answer_page"] = self.address + answer_path(self.secrets, number, until)
        if self.has_status_page:
            links["status_page"] = self.address + status_path(
                self.secrets, number, email.status_key
            )
        return links
