"""Claims to partners who are served by mail: a letter with the claim's fields and a signed link."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from adapters.letters import LetterBook
from adapters.smtp import MailDoor
from adapters.tokens import OUTCOME, Subject, new_token
from domain.deadlines import after, midnight_after
from domain.errors import LetterUndeliverable, PartnerContractFault
from domain.partner import FormField, MailChannel, PartnerRules

Language = Literal["pl", "de", "en"]


class PartnerPost:
    """Writes to partners; `public_address` is where the pages behind the links are."""

    def __init__(
        self, book: LetterBook, door: MailDoor, secrets: Mapping[str, str], public_address: str
    ) -> None:
        """Take words from `book`, hand letters to `door`; `secrets` by the names in profiles."""
        self._book = book
        self._door = door
        self._secrets = secrets
        self._public_address = public_address

    async def send(
        self, rules: PartnerRules, channel: MailChannel, purpose: str, claim: Mapping[str, Any]
    ) -> None:
        """Send `claim` (as contract.md writes it) once: its Message-ID is number and purpose.

        Raises `MailServerUnavailable`, or `PartnerContractFault` where trying again is in vain.
        """
        language, number = rules.market.language, claim["number"]
        last_day = _last_day(channel, datetime.now(UTC), rules.market.zone)
        params = {
            "number": number,
            "partner_name": rules.name,
            "member_name": "",
            "about": purpose.partition("-")[0],
            "fields": list(self._fields(rules, claim, language)),
            "link": self._link(rules, channel, number, last_day),
            "valid_until": last_day.isoformat(),
        }
        try:
            letter = self._book.render("partner_claim", language, params)
            await self._door.send(f"{number}-{purpose}", rules.name, channel.address, letter)
        except LetterUndeliverable as error:
            raise PartnerContractFault(f"mail to {rules.id}: {error}") from None

    def _link(self, rules: PartnerRules, channel: MailChannel, number: str, day: date) -> str:
        subject = Subject(OUTCOME, number, rules.id)
        expires_at = midnight_after(day, rules.market.zone)
        token = new_token(self._secrets[channel.secret], subject, expires_at)
        return f"{self._public_address}/partners/{rules.id}/tickets/{number}/outcome?token={token}"

    def _fields(
        self, rules: PartnerRules, claim: Mapping[str, Any], language: Language
    ) -> Iterator[dict[str, str]]:
        """Yield what the letter shows of the claim, in words."""
        known = {field.name: field for field in rules.fields}
        yield self._field(language, "kind", self._book.phrase(language, "claim", claim["kind"]))
        for name, value in (claim["answers"] or {}).items():
            field = known.get(name)
            label = field.label[rules.market.language] if field else name
            yield {"label": label, "value": self._shown(field, value, language)}
        days = {"ordered_on": claim["ordered_on"], "clicked_on": _clicked_on(claim, rules)}
        for name, day in days.items():
            if day:
                yield self._field(language, name, self._book.day(language, day))
        if note := claim.get("note"):
            yield self._field(language, "note", note)

    def _shown(self, field: FormField | None, value: object, language: Language) -> str:
        """Return an answer in words: an option by its label, a day written out."""
        if field and field.type == "date":
            with contextlib.suppress(ValueError):
                return self._book.day(language, str(value))
        option = field.options.get(str(value)) if field else None
        return option[language] if option else str(value)

    def _field(self, language: str, name: str, value: str) -> dict[str, str]:
        return {"label": self._book.phrase(language, "claim", name), "value": value}


def _last_day(channel: MailChannel, now: datetime, zone: ZoneInfo) -> date:
    """Return the last day of a link: one day long every attempt gives the same link."""
    return after(now, channel.link_valid, zone).astimezone(zone).date()


def _clicked_on(claim: Mapping[str, Any], rules: PartnerRules) -> str | None:
    """Return the day of the click on the market's calendar."""
    clicked_at = claim["link"]["clicked_at"]
    if clicked_at is None:
        return None
    return datetime.fromisoformat(clicked_at).astimezone(rules.market.zone).date().isoformat()
