"""Claims to partners who are served by mail: a letter with the claim's fields and a signed link."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.email.claim_fields import fields_shown
from adapters.email.renderer import LetterBook
from adapters.email.smtp import MailDoor
from adapters.security.signed_links import OUTCOME, Subject, new_token
from domain.errors import EmailUndeliverable, PartnerRejectedRequest
from domain.partners.profile import EmailChannel, PartnerRules
from domain.values.periods import add_period, end_of_day


class PartnerEmailChannel:
    """Writes to partners; `public_url` is where the pages behind the links are."""

    def __init__(
        self, book: LetterBook, door: MailDoor, secrets: Mapping[str, str], public_url: str
    ) -> None:
        """Take words from `book`, hand letters to `door`; `secrets` by the names in profiles."""
        self._book = book
        self._door = door
        self._secrets = secrets
        self._public_url = public_url

    async def send(
        self, rules: PartnerRules, channel: EmailChannel, purpose: str, claim: Mapping[str, Any]
    ) -> None:
        """Send `claim` (as contract.md writes it) once: its Message-ID is number and purpose.

        Raises `MailServerUnavailable`, or `PartnerRejectedRequest` where trying again is in vain.
        """
        language, number = rules.market.language, claim["number"]
        last_day = _last_day(channel, datetime.now(UTC), rules.market.zone)
        params = {
            "number": number,
            "partner_name": rules.name,
            "member_name": "",
            "about": purpose.partition("-")[0],
            "fields": fields_shown(self._book, rules, claim, language),
            "link": self._link(rules, channel, number, last_day),
            "valid_until": last_day.isoformat(),
        }
        try:
            letter = self._book.render("partner_claim", language, params)
            await self._door.send(f"{number}-{purpose}", rules.name, channel.address, letter)
        except EmailUndeliverable as error:
            raise PartnerRejectedRequest(f"mail to {rules.id}: {error}") from None

    def _link(self, rules: PartnerRules, channel: EmailChannel, number: str, day: date) -> str:
        subject = Subject(OUTCOME, number, rules.id)
        expires_at = end_of_day(day, rules.market.zone)
        token = new_token(self._secrets[channel.secret], subject, expires_at)
        return f"{self._public_url}/partners/{rules.id}/tickets/{number}/outcome?token={token}"


def _last_day(channel: EmailChannel, now: datetime, zone: ZoneInfo) -> date:
    """Return the last day of a link: one day long every attempt gives the same link."""
    return add_period(now, channel.link_validity, zone).astimezone(zone).date()
