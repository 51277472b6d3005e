"""Sends the e-mails that are queued in the database, and marks them there as sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from temporalio import activity

from adapters.email.renderer import LetterBook
from adapters.email.smtp import MailDoor
from adapters.postgres.database import Postgres
from adapters.security.signed_links import member_of, new_token
from domain.claims.claim import Contact
from domain.claims.information_form import question_labels
from domain.errors import EmailUndeliverable
from domain.handlers.information_requests import answer_link_expires_at
from domain.partners.profile import PartnerRules
from domain.tickets.changes.emails import EmailKind
from domain.values.types import FrozenModel


class OutgoingEmailRef(FrozenModel):
    """A queued e-mail; `contact` only if the database must not store one (refused claims)."""

    number: str
    key: str
    contact: Contact | None = None


@dataclass(frozen=True)
class AnswerLinkFactory:
    """Builds links to the page where members answer questions, signed with `secrets`."""

    address: str
    secrets: str

    def build_link(self, number: str, row: Mapping[str, Any]) -> str:
        """Return the link of an e-mail with questions; all attempts to send it have the same."""
        zone = PartnerRules.from_storage(row["rules"]).market.zone
        until = answer_link_expires_at(row["params"].get("answer_by"), row["queued_at"], zone)
        token = new_token(self.secrets, member_of(number), until)
        return f"{self.address}/tickets/{number}/information?token={token}"


class EmailActivities:
    """The activities of the queue `mail`."""

    def __init__(
        self,
        postgres: Postgres,
        book: LetterBook,
        door: MailDoor,
        pages: AnswerLinkFactory | None = None,
    ) -> None:
        """Render e-mails queued in `postgres`, and send them.

        Without `pages`, members answer questions by e-mail.
        """
        self._postgres = postgres
        self._book = book
        self._door = door
        self._pages = pages

    @activity.defn(name="send_email")
    async def send(self, ref: OutgoingEmailRef) -> None:
        """Send an e-mail once; after a crash it is repeated under the same Message-ID.

        Raises `EmailUndeliverable` or `MailServerUnavailable`.
        """
        keys = {"number": ref.number, "key": ref.key}
        row = await self._postgres.one("letter_to_send", **keys)
        if row is None or row["sent_at"] is not None:
            return
        contact = ref.contact or Contact.model_validate(row["contact"] or {})
        if contact.email is None:
            raise EmailUndeliverable("no e-mail address is known")
        known = {
            "number": ref.number,
            "partner_name": row["partner_name"] or "",
            "member_name": contact.name,
        }
        try:
            params = (
                known | row["params"] | _question_params(row) | self._answer_link(row, ref.number)
            )
            email = self._book.render(row["kind"], row["language"], params)
        except (KeyError, ValueError) as error:
            raise EmailUndeliverable(f"cannot be rendered: {type(error).__name__}") from None
        message_key = f"{ref.number}-{ref.key}"
        await self._door.send(message_key, contact.name, contact.email, email)
        await self._postgres.run("letter_sent", **keys)

    def _answer_link(self, row: Mapping[str, Any], number: str) -> dict[str, Any]:
        is_question = row["kind"] == EmailKind.INFORMATION_NEEDED and row["rules"]
        return (
            {"answer_page": self._pages.build_link(number, row)}
            if self._pages and is_question
            else {}
        )


def _question_params(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the questions of an e-mail; form fields among them by their labels."""
    questions = row["params"].get("questions")
    if not questions or not row["rules"]:
        return {}
    rules = PartnerRules.from_storage(row["rules"])
    return {"questions": list(question_labels(questions, rules, row["language"]))}
