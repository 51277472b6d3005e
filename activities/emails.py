"""Sends the e-mails that are queued in the database, and marks them there as sent."""

from typing import Any

from temporalio import activity

from activities.member_links import MemberLinkFactory
from adapters.email.claim_fields import render_claim_summary
from adapters.email.renderer import EmailRenderer
from adapters.email.smtp import SmtpMailer
from adapters.postgres.database import Database
from adapters.postgres.tickets.email_queue import QueuedEmail, find_email, mark_sent
from domain.claims.claim import Contact
from domain.claims.information_form import question_labels
from domain.errors import EmailUndeliverable
from domain.partners.rules import PartnerRules
from domain.tickets.changes.emails import EmailKind
from domain.values.types import FrozenModel


class OutgoingEmailRef(FrozenModel):
    """A queued e-mail; `contact` only if the database must not store one (refused claims)."""

    number: str
    key: str
    contact: Contact | None = None


class EmailActivities:
    """The activities of the queue `mail`."""

    def __init__(
        self,
        database: Database,
        renderer: EmailRenderer,
        mailer: SmtpMailer,
        links: MemberLinkFactory | None = None,
    ) -> None:
        """Render e-mails queued in `database`, and send them.

        Without `links`, members answer questions by e-mail.
        """
        self._database = database
        self._renderer = renderer
        self._mailer = mailer
        self._links = links

    @activity.defn(name="send_email")
    async def send(self, ref: OutgoingEmailRef) -> None:
        """Send an e-mail once; after a crash it is repeated under the same Message-ID.

        Raises `EmailUndeliverable` or `MailServerUnavailable`.
        """
        email = await find_email(self._database, ref.number, ref.key)
        if email is None or email.is_sent:
            return
        contact = ref.contact or email.contact
        if contact.email is None:
            raise EmailUndeliverable("no e-mail address is known")
        try:
            params = self._params(ref.number, email, contact)
            rendered = self._renderer.render(email.kind, email.language, params)
        except (KeyError, ValueError) as error:
            raise EmailUndeliverable(f"cannot be rendered: {type(error).__name__}") from None
        await self._mailer.send(ref.number, ref.key, contact.name, contact.email, rendered)
        await mark_sent(self._database, ref.number, ref.key)

    def _params(self, number: str, email: QueuedEmail, contact: Contact) -> dict[str, Any]:
        """Return the parameters of the template; form fields in questions by their labels."""
        params = {
            "number": number,
            "partner_name": email.partner_name,
            "member_name": contact.name,
            **email.params,
        }
        if rules := email.rules:
            params |= self._params_by_rules(email, rules)
        if self._links:
            params |= self._links.build_links(number, email)
        return params

    def _params_by_rules(self, email: QueuedEmail, rules: PartnerRules) -> dict[str, Any]:
        """Return what the partner's rules have words for: the claim, and fields in questions."""
        params: dict[str, Any] = {}
        if email.claim:
            params["claimed"] = render_claim_summary(
                self._renderer,
                rules,
                email.claim,
                email.language,
                brief=email.kind != EmailKind.CONFIRMATION,
            )
        if questions := email.params.get("questions"):
            params["questions"] = list(question_labels(questions, rules, email.language))
        return params
