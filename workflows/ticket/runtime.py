"""What the parts of one workflow share: its ticket number, messages and tasks."""

from temporalio import workflow

from workflows.messages.message_queue import MessageQueue
from workflows.ticket_tasks import TicketTasks


class Runtime:
    """The number, the message queue and the tasks of one workflow."""

    def __init__(self, number: str, queue: MessageQueue) -> None:
        """Put the results of tasks into `queue`."""
        self.number = number
        self.queue = queue
        self.tasks = TicketTasks(number, queue.add)

    def is_idle(self) -> bool:
        """Return whether no message waits, every e-mail is sent and every update has its result."""
        waits = bool(self.queue) or not self.tasks.all_emails_sent
        return not waits and workflow.all_handlers_finished()

    def has_work(self, *, is_closed: bool) -> bool:
        """Return whether the run loop must go on: with a message, or to end a closed ticket."""
        return bool(self.queue) or (is_closed and self.is_idle())
