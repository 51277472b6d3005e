"""Writing tickets down: admission, moves, settlement. Each is one transaction, safe to repeat."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, Protocol

from temporalio import activity

from adapters.postgres import Postgres
from adapters.verdicts import Found, order_facts, settle_ticket, take_information, take_silence
from domain.admission import (
    Admission,
    AdmissionRequest,
    CodedReason,
    Entry,
    Judged,
    enter,
    judge,
    label_of,
)
from domain.claim import Facts, TicketClaim
from domain.eligibility import duplicate_key
from domain.messages import InformationAnswer
from domain.partner import PartnerProfile, PartnerRules
from domain.reading import parse, read_claim
from domain.settlement import Release, Verdict, release
from domain.shapes import Frozen, Money
from domain.silence import Silence
from domain.ticket import Answer, Writing

_SENT_TO_SERVICE: Final = frozenset({"reward_granted", "reward_invalid"})


class Phrases(Protocol):
    """Says codes in words."""

    def reason(self, language: str, code: str, field: str | None, told: Mapping[str, Any]) -> str:
        """Return the words for a reason's `code` in `language`."""


class Settlement(Frozen):
    """A ticket to be ended: the amount, and per finding the step that is then written."""

    number: str
    amount: Money
    candidates: dict[Verdict, Writing]


class Hush(Frozen):
    """A silence that may confirm: the amount, the market's month, the partner's cap for it."""

    number: str
    amount: Money
    month: date
    cap: Money
    candidates: dict[Silence, Writing]


class Given(Frozen):
    """The member's answers, and the step that is written if the form takes them."""

    number: str
    request: InformationAnswer
    writing: Writing


class Asked(Frozen):
    """A request that the running ticket does not remember."""

    number: str
    request_id: str


class Persistence:
    """The activities of the queue `tickets`."""

    def __init__(
        self,
        postgres: Postgres,
        profiles: Mapping[str, PartnerProfile],
        phrases: Phrases,
        service_address: str,
    ) -> None:
        """Judge by the current `profiles`; `service_address` is the customer service's."""
        self._postgres = postgres
        self._profiles = profiles
        self._phrases = phrases
        self._service_address = service_address

    @activity.defn(name="admit_claim")
    async def admit(self, request: AdmissionRequest) -> Admission:
        """Judge a claim and open its ticket, or leave the trace of its refusal."""
        now = datetime.now(UTC)
        reading = read_claim(parse(request.claim.encode("utf-8", "surrogatepass")))
        claim = reading.value or TicketClaim()
        profile = self._profiles.get(claim.partner_id or "")
        rules = profile.rules if profile else None

        def decide(facts: Facts) -> Entry:
            judged = judge(reading, facts, rules, request.started_at)
            return enter(request, judged, rules, now, lambda told: self._say(told, rules))

        key = duplicate_key(claim, rules, request.started_at) or ""
        account_id, partner_id = claim.account_id or "", claim.partner_id or ""
        admission = await self._postgres.admit(request, account_id, partner_id, key, decide)
        return self._pointing_to_service(admission)

    @activity.defn(name="write_down")
    async def write(self, writing: Writing) -> None:
        """Write a step down: moves, letters, notes, and where they leave the ticket."""
        await self._postgres.write(writing)

    @activity.defn(name="settle_ticket")
    async def settle(self, settlement: Settlement) -> Verdict:
        """Grant the reward, if the order has none yet, in the transaction of the ticket's last
        move.
        """
        return await settle_ticket(
            self._postgres, settlement.number, settlement.amount, settlement.candidates
        )

    @activity.defn(name="take_silence")
    async def take_silence(self, hush: Hush) -> Silence:
        """Let a partner's silence confirm a reward, as far as the partner's month allows."""
        return await take_silence(
            self._postgres, hush.number, hush.amount, hush.month, hush.cap, hush.candidates
        )

    @activity.defn(name="take_information")
    async def take_information(self, given: Given) -> Found:
        """Complete a claim by the member's answers, if its form takes them."""
        return await take_information(self._postgres, given.number, given.request, given.writing)

    @activity.defn(name="first_answer")
    async def first_answer(self, asked: Asked) -> Answer | None:
        """Return the answer that a request got long ago, if it came before."""
        keys = {"number": asked.number, "request_id": asked.request_id}
        stored = await self._postgres.value("first_answer", **keys)
        return Answer.model_validate(stored) if stored else None

    @activity.defn(name="look_again")
    async def look_again(self, number: str) -> Release:
        """Look what a held claim finds now: nothing, a registered reward, an invalid one."""
        return release(*await order_facts(self._postgres, number))

    def _say(self, judged: Judged, rules: PartnerRules | None) -> tuple[CodedReason, ...]:
        a = judged.assessment
        dated = {
            "available_from": a.available_from.isoformat() if a.available_from else None,
            "last_day": a.last_day.isoformat() if a.last_day else None,
            "existing_ticket": a.existing_ticket,
        }
        said = []
        for reason in a.reasons:
            words = {
                "expected": reason.expected or "unclear",
                "label": label_of(reason.field, rules, judged.language),
            }
            message = self._phrases.reason(
                judged.language, reason.code, reason.field, words | dated
            )
            said.append(CodedReason(code=reason.code, field=reason.field, message=message))
        return tuple(said)

    def _pointing_to_service(self, admission: Admission) -> Admission:
        codes = {reason.code for reason in admission.result.reasons}
        if not codes & _SENT_TO_SERVICE:
            return admission
        told = admission.result.model_copy(update={"contact": self._service_address})
        return admission.model_copy(update={"result": told})
