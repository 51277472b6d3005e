"""Sending letters: written from the queue in the database, and marked there when they are gone."""

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
    """A letter to be sent; `contact` only where the database must not keep one (refused claims)."""

    number: str
    key: str
    contact: Contact | None = None


@dataclass(frozen=True)
class AnswerLinkFactory:
    """Where members answer questions: the pages' address, and the secrets that sign its links."""

    address: str
    secrets: str

    def build_link(self, number: str, row: Mapping[str, Any]) -> str:
        """Return the link of a question's letter: every attempt to send it gives the same one."""
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
        """Take letters from `postgres`, words from `book`, and hand them to `door`.

        Without `pages`, a question asks for an answer by mail.
        """
        self._postgres = postgres
        self._book = book
        self._door = door
        self._pages = pages

    @activity.defn(name="send_email")
    async def send(self, ref: OutgoingEmailRef) -> None:
        """Send a letter once: a crash before it is marked repeats it under the same Message-ID."""
        keys = {"number": ref.number, "key": ref.key}
        row = await self._postgres.one("letter_to_send", **keys)
        if row is None or row["sent_at"] is not None:
            return
        contact = ref.contact or Contact.model_validate(row["contact"] or {})
        if contact.email is None:
            raise EmailUndeliverable("nobody told an address")
        known = {
            "number": ref.number,
            "partner_name": row["partner_name"] or "",
            "member_name": contact.name,
        }
        try:
            params = (
                known | row["params"] | _question_params(row) | self._answer_link(row, ref.number)
            )
            letter = self._book.render(row["kind"], row["language"], params)
        except (KeyError, ValueError) as error:
            raise EmailUndeliverable(f"cannot be written: {type(error).__name__}") from None
        letter_id = f"{ref.number}-{ref.key}"
        await self._door.send(letter_id, contact.name, contact.email, letter)
        await self._postgres.run("letter_sent", **keys)

    def _answer_link(self, row: Mapping[str, Any], number: str) -> dict[str, Any]:
        is_question = row["kind"] == EmailKind.INFORMATION_NEEDED and row["rules"]
        return (
            {"answer_page": self._pages.build_link(number, row)}
            if self._pages and is_question
            else {}
        )


def _question_params(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the letter's questions, the fields among them in the words of the ticket's form."""
    questions = row["params"].get("questions")
    if not questions or not row["rules"]:
        return {}
    rules = PartnerRules.from_storage(row["rules"])
    return {"questions": list(question_labels(questions, rules, row["language"]))}
