"""What the workflow of a claim that is not accepted does: it tells, keeps what came, and ends."""

from datetime import timedelta

from temporalio import workflow

from domain.codes import RefusalCode
from workflows.activity_options import MAX_MESSAGES_PER_ACTIVATION, run_durably
from workflows.background_tasks import BackgroundTasks
from workflows.message_handlers import MessageHandlers
from workflows.message_queue import decode, reject
from workflows.search_attributes import STATE, attention_update

with workflow.unsafe.imports_passed_through():
    from activities.persistence import Persistence
    from domain.admission.admission import Admission, late_refusal_emails
    from domain.admission.refused_claim import RefusedClaim
    from domain.claims.claim import Contact
    from domain.tickets.ticket import TicketOutcome
    from domain.values.ticket_number import is_canonical


class RefusedClaimFlow(MessageHandlers):
    """A workflow with messages and letters, before there is a ticket."""

    def __init__(self) -> None:
        """Be ready for messages."""
        super().__init__()
        self._number = workflow.info().workflow_id
        self._refused_contact: Contact | None = None
        self._tasks = BackgroundTasks(self._number, self._enqueue)

    @property
    def _is_closed(self) -> bool:
        """Say whether no ticket is open."""
        raise NotImplementedError

    def _is_idle(self) -> bool:
        waiting = bool(self._queue) or not self._tasks.all_emails_sent
        return not waiting and workflow.all_handlers_finished()

    def _has_work(self) -> bool:
        """Say whether there is anything to do, or nothing left to wait for."""
        return bool(self._queue) or (self._is_closed and self._is_idle())

    async def _run_refused_claim(self, admission: Admission) -> TicketOutcome:
        """End a claim that was not accepted; an answer that was late is also sent by letter."""
        refused = RefusedClaim(self._number, admission)
        started_at = workflow.info().workflow_start_time
        refused.queue_emails(late_refusal_emails(admission, started_at, workflow.now()))
        workflow.upsert_search_attributes([STATE.value_set(str(admission.result.state))])
        while True:
            self._log_messages(refused)
            if refused.has_pending_changes:
                change_set = refused.collect_changes()
                await run_durably(
                    Persistence.apply_changes, change_set, "keep what came after a refusal"
                )
                self._tasks.send_emails(change_set.emails, self._refused_contact)
                workflow.upsert_search_attributes(attention_update(change_set.attention))
            elif self._queue:
                await workflow.sleep(timedelta(milliseconds=1), summary="more messages wait")
            elif self._is_idle():
                break
            else:
                await workflow.wait_condition(self._has_work)
        state, code = admission.result.state, refused.reason_code
        return TicketOutcome(number=self._number, state=state, reason_code=code)

    def _log_messages(self, refused: RefusedClaim) -> None:
        """Keep a number of messages; no request is taken."""
        for _ in range(MAX_MESSAGES_PER_ACTIVATION):
            if not self._queue:
                return
            waiting = self._queue.pop()
            message, unknown = decode(waiting)
            # Under no number the books have no row to keep it under.
            if not reject(waiting, message, RefusalCode.ACTION_NOT_ALLOWED) and is_canonical(
                self._number
            ):
                refused.log_message(message, workflow.now(), unknown)
