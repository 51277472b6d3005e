"""The e-mail channel: a partner gets the claim's fields and a signed link to answer."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.email.claim_fields import render_claim_fields
from adapters.email.renderer import EmailRenderer
from adapters.email.smtp import SmtpMailer
from adapters.security.signed_links import OUTCOME, LinkSubject, sign_link
from domain.errors import EmailUndeliverable, PartnerRejectedRequest
from domain.partners.channels import EmailChannel
from domain.partners.rules import PartnerRules
from domain.values.periods import add_period, end_of_day


class PartnerEmailChannel:
    """Sends claims to partners; `public_url` is the address of the pages behind the links."""

    def __init__(
        self,
        renderer: EmailRenderer,
        mailer: SmtpMailer,
        secrets: Mapping[str, str],
        public_url: str,
    ) -> None:
        """Sign links with `secrets`, which have the names that profiles use."""
        self._renderer = renderer
        self._mailer = mailer
        self._secrets = secrets
        self._public_url = public_url

    async def send(
        self, rules: PartnerRules, channel: EmailChannel, purpose: str, claim: Mapping[str, Any]
    ) -> None:
        """Send `claim` (docs/contract.md); its Message-ID is made of number and purpose.

        Raises `MailServerUnavailable`, or `PartnerRejectedRequest` if a retry cannot help.
        """
        language, number = rules.market.language, claim["number"]
        last_day = _last_day(channel, datetime.now(UTC), rules.market.zone)
        params = {
            "number": number,
            "partner_name": rules.name,
            "member_name": "",
            "about": purpose.partition("-")[0],
            "fields": render_claim_fields(self._renderer, rules, claim, language),
            "link": self._link(rules, channel, number, last_day),
            "valid_until": last_day.isoformat(),
        }
        try:
            email = self._renderer.render("partner_claim", language, params)
            await self._mailer.send(number, purpose, rules.name, channel.address, email)
        except EmailUndeliverable as error:
            raise PartnerRejectedRequest(f"mail to {rules.id}: {error}") from None

    def _link(self, rules: PartnerRules, channel: EmailChannel, number: str, day: date) -> str:
        subject = LinkSubject(OUTCOME, number, rules.id)
        expires_at = end_of_day(day, rules.market.zone)
        token = sign_link(self._secrets[channel.secret], subject, expires_at)
        return f"{self._public_url}/partners/{rules.id}/tickets/{number}/outcome?token={token}"


def _last_day(channel: EmailChannel, now: datetime, zone: ZoneInfo) -> date:
    """Return the last day of a link; all attempts of one day have the same link."""
    return add_period(now, channel.link_validity, zone).astimezone(zone).date()
