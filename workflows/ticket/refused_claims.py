"""The workflow of a claim that is not accepted: it sends the refusal, logs messages and ends."""

from datetime import timedelta

from temporalio import workflow

from activities.persistence import Persistence
from domain.admission.admission import Admission
from domain.admission.refusal_emails import late_refusal_emails
from domain.admission.refused_claim import RefusedClaim
from domain.claims.claim import Contact
from domain.codes import RefusalCode
from domain.tickets.snapshot import TicketOutcome
from domain.values.ticket_number import is_canonical
from workflows.activity_calls.execution import run_durably
from workflows.messages.received_message import decode, reject
from workflows.search_attributes import STATE, attention_update
from workflows.ticket.history_limits import MAX_MESSAGES_PER_ACTIVATION
from workflows.ticket.runtime import Runtime


class RefusedClaimProcessor:
    """Processes a claim that opens no ticket."""

    def __init__(self, runtime: Runtime, admission: Admission, contact: Contact | None) -> None:
        """Send e-mails to `contact`, because the database stores none for refused claims."""
        self._runtime = runtime
        self._admission = admission
        self._contact = contact
        self._refused = RefusedClaim(runtime.number, admission)

    async def run(self) -> TicketOutcome:
        """Log messages until none waits; a refusal that came late is also sent by e-mail."""
        started_at = workflow.info().workflow_start_time
        emails = late_refusal_emails(self._admission, started_at, workflow.now())
        self._refused.queue_emails(emails)
        state = self._admission.result.state
        workflow.upsert_search_attributes([STATE.value_set(str(state))])
        while not await self._process_next():
            pass
        code = self._refused.reason_code
        return TicketOutcome(number=self._runtime.number, state=state, reason_code=code)

    async def _process_next(self) -> bool:
        """Log the messages that wait, persist, and say whether the workflow may end."""
        self._log_messages()
        if self._refused.has_pending_changes:
            await self._persist()
        elif self._runtime.queue:
            await workflow.sleep(timedelta(milliseconds=1), summary="more messages wait")
        elif self._runtime.is_idle():
            return True
        else:
            await workflow.wait_condition(lambda: self._runtime.has_work(is_closed=True))
        return False

    async def _persist(self) -> None:
        changes = self._refused.collect_changes()
        await run_durably(Persistence.apply_changes, changes, "log messages after a refusal")
        # None was sent at once: the database has no address of a refused claim.
        self._runtime.tasks.send_emails(changes.emails, self._contact)
        workflow.upsert_search_attributes(attention_update(changes.attention))

    def _log_messages(self) -> None:
        """Log as many messages as one activation may handle; no command is accepted."""
        for _ in range(MAX_MESSAGES_PER_ACTIVATION):
            if not self._runtime.queue:
                return
            received = self._runtime.queue.pop()
            decoded = decode(received)
            is_command = reject(received, decoded.message, RefusalCode.ACTION_NOT_ALLOWED)
            # A number that is not valid has no row to log messages under.
            if not is_command and is_canonical(self._runtime.number):
                self._refused.log_message(decoded.message, workflow.now(), decoded.unknown_fields)
