"""Writing tickets down: admission, moves, settlement. Each is one transaction, safe to repeat."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Protocol

from temporalio import activity

from adapters.postgres import Postgres
from domain.admission import Admission, AdmissionRequest, CodedReason, Entry, Judged, enter, judge
from domain.claim import Facts, TicketClaim
from domain.eligibility import duplicate_key
from domain.partner import PartnerProfile
from domain.reading import parse, read_claim
from domain.settlement import Release, Verdict, release
from domain.shapes import Frozen, Money
from domain.ticket import Writing

_SENT_TO_SERVICE: Final = frozenset({"reward_granted", "reward_invalid"})


class Phrases(Protocol):
    """Says codes in words."""

    def phrase(self, language: str, section: str, code: str, **params: object) -> str:
        """Return the words for `code` of `section` in `language`."""


class Settlement(Frozen):
    """A ticket to be ended: the amount, and per finding the step that is then written."""

    number: str
    amount: Money
    candidates: dict[Verdict, Writing]


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
            return enter(request, judged, rules, now, self._say)

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
        return await self._postgres.settle(
            settlement.number, settlement.amount, settlement.candidates
        )

    @activity.defn(name="look_again")
    async def look_again(self, number: str) -> Release:
        """Look what a held claim finds now: nothing, a registered reward, an invalid one."""
        return release(*await self._postgres.order_facts(number))

    def _say(self, judged: Judged) -> tuple[CodedReason, ...]:
        a = judged.assessment
        dated = {
            "available_from": a.available_from.isoformat() if a.available_from else None,
            "last_day": a.last_day.isoformat() if a.last_day else None,
            "existing_ticket": a.existing_ticket,
        }
        said = []
        for reason in a.reasons:
            expected = self._phrases.phrase(
                judged.language, "expected", reason.expected or "unclear"
            )
            message = self._phrases.phrase(
                judged.language,
                "codes",
                reason.code,
                field=reason.field,
                expected=expected,
                **dated,
            )
            said.append(CodedReason(code=reason.code, field=reason.field, message=message))
        return tuple(said)

    def _pointing_to_service(self, admission: Admission) -> Admission:
        codes = {reason.code for reason in admission.result.reasons}
        if not codes & _SENT_TO_SERVICE:
            return admission
        told = admission.result.model_copy(update={"contact": self._service_address})
        return admission.model_copy(update={"result": told})
