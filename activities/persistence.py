"""Activities that store a ticket's steps; each is one transaction and safe to repeat."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from temporalio import activity

from activities.first_attempt import FirstAttempt
from activities.persistence_requests import (
    InformationSubmission,
    RequestLookup,
    SettledTicket,
    Settlement,
    SilentConfirmation,
)
from adapters.postgres.claims.admission import admit
from adapters.postgres.database import Database
from adapters.postgres.decisions.auto_confirmation import confirm_on_timeout
from adapters.postgres.decisions.information import save_information
from adapters.postgres.decisions.settlement import load_claim_context, settle_ticket
from adapters.postgres.tickets.change_sets import store_changes
from adapters.postgres.tickets.resumption import resume_ticket
from adapters.postgres.tickets.ticket_lookups import find_request_result
from domain.admission.admission import Admission, AdmissionRequest
from domain.admission.claim_assessor import ClaimAssessor
from domain.admission.reason_texts import ReasonTexts, with_support_contact
from domain.admission.resumption import ResumeRequest, Resumption
from domain.claims.eligibility.entitlement import find_objection
from domain.claims.information_form import CompletedForm
from domain.codes import ClaimRefusal, RefusalCode
from domain.error_location import error_location
from domain.handlers.response_timeout import TimeoutResult
from domain.partners.profile import PartnerProfile
from domain.tickets.changes.change_set import ChangeSet
from domain.tickets.changes.request_result import StoredRequestResult
from domain.tickets.settlement import HoldReleaseResult, decide_release

log = logging.getLogger("worker")


class Persistence:
    """The activities of the queue `tickets`."""

    def __init__(
        self,
        database: Database,
        profiles: Mapping[str, PartnerProfile],
        texts: ReasonTexts,
        support_email: str,
        first_attempt: FirstAttempt | None = None,
    ) -> None:
        """Assess claims by the current `profiles`; `support_email` is the customer service's.

        Without `first_attempt`, all e-mails are left to the activity `send_email`.
        """
        self._database = database
        self._profiles = profiles
        self._phrases = texts
        self._support_email = support_email
        self._first_attempt = first_attempt

    @activity.defn(name="admit_claim")
    async def admit(self, request: AdmissionRequest) -> Admission:
        """Assess a claim and open its ticket, or record its refusal."""
        assessor = ClaimAssessor(request, self._profiles, self._phrases, datetime.now(UTC))
        admission = await admit(self._database, request, assessor.facts_query, assessor.assess)
        if assessor.unexpected_error:
            log.error(
                "a claim could not be assessed and is refused: %s",
                error_location(assessor.unexpected_error),
            )
        return with_support_contact(admission, self._support_email)

    @activity.defn(name="apply_changes")
    async def apply_changes(self, change_set: ChangeSet) -> tuple[str, ...]:
        """Store a step: transitions, e-mails, log entries, results and the new state.

        Returns the keys of the e-mails that were sent at once.
        """
        await store_changes(self._database, change_set)
        return await self._send(change_set)

    @activity.defn(name="settle_ticket")
    async def settle(self, settlement: Settlement) -> SettledTicket:
        """Grant the reward if its order has none yet, and store the ticket's last transition."""
        changes = settlement.changes_by_result
        result = await settle_ticket(self._database, settlement.number, settlement.amount, changes)
        sent = await self._send(changes[result]) if result else ()
        return SettledTicket(result=result, sent_emails=sent)

    async def _send(self, change_set: ChangeSet) -> tuple[str, ...]:
        if self._first_attempt is None:
            return ()
        return await self._first_attempt.send(change_set.number, change_set.emails)

    @activity.defn(name="confirm_on_timeout")
    async def confirm_on_timeout(self, confirmation: SilentConfirmation) -> TimeoutResult:
        """Confirm a reward automatically, as far as the partner's monthly cap allows."""
        return await confirm_on_timeout(
            self._database,
            confirmation.number,
            confirmation.amount,
            confirmation.month,
            confirmation.monthly_cap,
            confirmation.changes_by_result,
        )

    @activity.defn(name="save_information")
    async def save_information(self, submission: InformationSubmission) -> CompletedForm:
        """Complete a claim by the member's answers, if its form accepts them."""
        return await save_information(
            self._database, submission.number, submission.request, submission.changes
        )

    @activity.defn(name="get_request_result")
    async def get_request_result(self, lookup: RequestLookup) -> StoredRequestResult | None:
        """Return the stored result of a command that was handled before."""
        return await find_request_result(
            self._database, lookup.number, lookup.caller, lookup.request_id
        )

    @activity.defn(name="resume_ticket")
    async def resume(self, request: ResumeRequest) -> Resumption | None:
        """Return the ticket for a new run, if the database permits this run to process it."""
        return await resume_ticket(self._database, request.number, request.run_id)

    @activity.defn(name="recheck_rewards")
    async def recheck_rewards(self, number: str) -> HoldReleaseResult:
        """Decide by the stored rewards how a hold ends."""
        return decide_release(await load_claim_context(self._database, number))

    @activity.defn(name="find_objection")
    async def find_objection(self, number: str) -> str | None:
        """Return why the stored facts forbid paying for a claim now, or `None`."""
        code = find_objection(await load_claim_context(self._database, number))
        return RefusalCode.REWARD_NOT_REJECTED if code == ClaimRefusal.ANOTHER_ORDER else code
