"""What must hold after any faults, as written invariants; each is a function of the evidence.

Each yields one line per violation, which names the ticket where there is one.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from domain.tickets.changes.emails import EmailKind, email_for_transition
from domain.tickets.states import Event, State
from domain.tickets.transition_table import TRANSITIONS
from local.demo.event_checks import check_webhooks
from local.faults.witnesses import Evidence, Rows, WorkflowView
from workflows.outcome_dispatcher import DISPATCHED

_MESSAGE_ID: Final = re.compile(r"<?(?P<number>ZW-(?:[0-9A-Z]{4}-){3}[0-9A-Z])-(?P<key>[^@]+)@")
_PURPOSE: Final = re.compile(r"claim|(?P<kind>resend|information|reminder)-(?P<count>[1-9][0-9]*)")
_FAILED: Final = {"FAILED", "TERMINATED", "CANCELED", "TIMED_OUT", "UNKNOWN"}
Invariant = Callable[[Evidence], Iterable[str]]


def ends_or_has_deadline(evidence: Evidence) -> Iterator[str]:
    """Every claim is answered, always alike; an accepted one ends as its kind says, or is open
    where it may be and has a deadline or needs a person.
    """
    for number, plan in evidence.plans.items():
        answers, row = evidence.answers[number], evidence.tickets.get(number)
        if not answers or row is None:
            yield f"{number}: filed and not {'stored' if answers else 'answered'}"
            continue
        if len({(one.status, one.number) for one in answers}) > 1:
            yield f"{number}: was answered in different ways"
        state = State(row["state"])
        if state not in plan.kind.ends:
            yield f"{number}: {plan.kind.name} is {state}, attention {row['attention']}"
        if not state.is_final and not (row["due_at"] or row["attention"]):
            yield f"{number}: {state} without a deadline, and no attention flag"


def one_claim_per_purpose(evidence: Evidence) -> Iterator[str]:
    """The partner gets an accepted claim, and no other, under one key for each purpose (R22)."""
    transitions = evidence.by_number("ticket_transitions")
    received: dict[str, list[Mapping[str, Any]]] = {}
    for claim in evidence.partner_claims:
        received.setdefault(claim["number"], []).append(claim)
    for number in evidence.plans:
        claims, ticket = received.get(number, []), evidence.tickets.get(number, {})
        events = Counter(row["event"] for row in transitions[number])
        if events[Event.CLAIM_SENT] and not any(claim["accepted_at"] for claim in claims):
            yield f"{number}: sent, but the partner has no claim"
        if claims and not events[Event.CLAIM_ACCEPTED]:
            yield f"{number}: the partner has a claim that was not accepted"
        for claim in claims:
            if claim["partner_id"] != ticket.get("partner_id"):
                yield f"{number}: the claim is at {claim['partner_id']}"
            yield from _check_keys(number, claim["keys"], events)


def _check_keys(number: str, keys: Iterable[str], events: Counter[str]) -> Iterator[str]:
    """A delivery answers a question, or is a reminder or a copy that an agent asked for."""
    found = Counter(keys)
    for key, times in found.items():
        purpose = _PURPOSE.fullmatch(key.removeprefix(f"{number}-"))
        if times > 1 or not key.startswith(number) or purpose is None:
            yield f"{number}: unknown or repeated key {key}"
        elif (
            purpose["kind"] == "information"
            and int(purpose["count"]) > (events[Event.INFORMATION_REQUESTED])
        ):
            yield f"{number}: {key} answers a question that was not asked"


def one_email_per_event(evidence: Evidence) -> Iterator[str]:
    """Each e-mail in the database is sent once, under one Message-ID; each transition that is news
    for the member has one; no other e-mail exists.
    """
    mailed: dict[str, Counter[str]] = {number: Counter() for number in evidence.plans}
    for email in evidence.mailbox:
        found = _MESSAGE_ID.match(email["message_id"])
        if found is None or found["number"] not in mailed:
            yield f"an e-mail with the Message-ID {email['message_id']}"
        else:
            mailed[found["number"]][found["key"]] += 1
    queued, transitions = evidence.by_number("emails"), evidence.by_number("ticket_transitions")
    for number, received in mailed.items():
        keys = {row["key"] for row in queued[number]}
        for key in sorted(keys | received.keys()):
            if received[key] != 1 or key not in keys:
                queue = "queued" if key in keys else "not queued"
                yield f"{number}: e-mail {key} is {queue} and came {received[key]} times"
        if unsent := [row["key"] for row in queued[number] if row["sent_at"] is None]:
            yield f"{number}: e-mails {unsent} are not marked as sent"
        yield from _check_news(number, keys, transitions[number])


def _check_news(number: str, keys: set[str], transitions: Rows) -> Iterator[str]:
    """Reminders have the key of an e-mail and a count: they belong to no transition."""
    news = {key for row in transitions if (key := _email_key(row))}
    surplus = {key for key in keys if key.count("-") == 1} - news - _REFUSAL_KEYS
    if missing := news - keys:
        yield f"{number}: no e-mails {sorted(missing)}"
    if surplus:
        yield f"{number}: e-mails {sorted(surplus)} belong to no transition"


_REFUSAL_KEYS: Final = {f"1-{EmailKind.CLAIM_NOT_ACCEPTED}"}
"""A claim that was refused late has no transition with an e-mail to the member."""


def _email_key(row: Mapping[str, Any]) -> str | None:
    event, source, target = (Event(row["event"]), State(row["from_state"]), State(row["to_state"]))
    kind = email_for_transition(event, source, target)
    return f"{row['seq']}-{kind}" if kind else None


def one_grant_per_order(evidence: Evidence) -> Iterator[str]:
    """An order is granted once, whoever claims it; a ticket is granted what it says, and only when
    its cancellation period has ended.
    """
    orders: dict[tuple[str, str], list[str]] = {}
    grants, transitions = evidence.by_number("grants"), evidence.by_number("ticket_transitions")
    for number, plan in evidence.plans.items():
        ticket = evidence.tickets.get(number, {})
        granted = [(row["amount"], row["currency"]) for row in grants[number]]
        if plan.order:
            orders.setdefault(plan.order, []).extend(number for _ in granted)
        events = [row["event"] for row in transitions[number] if row["to_state"] == State.RESOLVED]
        due = events == [Event.CANCELLATION_PERIOD_ENDED]
        amount = (ticket.get("granted_amount"), ticket.get("granted_currency"))
        if granted != ([amount] if due else []):
            yield f"{number}: granted {granted}, its ticket says {amount}, resolved by {events}"
    for order, numbers in orders.items():
        if len(numbers) > 1:
            yield f"{', '.join(numbers)}: the order {order} is granted {len(numbers)} times"


def transitions_match_table(evidence: Evidence) -> Iterator[str]:
    """A ticket's transitions are those of the table, gapless, and lead to its state."""
    table = {(event.value, source.value, target.value) for event, source, target in TRANSITIONS}
    for number, rows in evidence.by_number("ticket_transitions").items():
        ordered = sorted(rows, key=lambda row: row["seq"])
        if [row["seq"] for row in ordered] != list(range(1, len(ordered) + 1)):
            yield f"{number}: the transitions {[row['seq'] for row in ordered]}"
        states = [State.CREATED, *(row["to_state"] for row in ordered)]
        if [row["from_state"] for row in ordered] != states[:-1]:
            yield f"{number}: a transition does not begin where the one before has ended"
        ticket = evidence.tickets.get(number)
        if ticket and states[-1] != ticket["state"]:
            yield f"{number}: is {ticket['state']} and its last transition leads to {states[-1]}"
        for row in ordered:
            if (row["event"], row["from_state"], row["to_state"]) not in table:
                yield f"{number}: {row['event']} from {row['from_state']} to {row['to_state']}"


def feed_equals_transitions(evidence: Evidence) -> Iterator[str]:
    """The platform reads each transition once, in the order of its ticket, and receives each as a
    webhook of the same content.
    """
    stored = {
        number: [_transition(row) for row in sorted(rows, key=lambda row: row["seq"])]
        for number, rows in evidence.by_number("ticket_transitions").items()
    }
    read: dict[str, list[tuple[Any, ...]]] = {number: [] for number in stored}
    for event in evidence.feed:
        named = dict(event) | {"from_state": event["from"], "to_state": event["to"]}
        read[event["number"]].append(_transition(named))
    for number in evidence.plans:
        if read[number] != stored[number]:
            seqs = [event[0] for event in read[number]], [row[0] for row in stored[number]]
            yield f"{number}: the feed has the transitions {seqs[0]}, the database {seqs[1]}"
    yield from check_webhooks(evidence.feed, evidence.webhooks)


def _transition(row: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("seq", "event", "from_state", "to_state", "reason_code", "actor")
    return tuple(row[name] for name in names)


def outcomes_reach_their_tickets(evidence: Evidence) -> Iterator[str]:
    """What a partner sent and the gateway accepted is stored once, and its ticket handled it."""
    stored = evidence.by_number("partner_outcomes")
    for claim in evidence.partner_claims:
        number = claim["number"]
        known = {row["outcome_id"] for row in stored.get(number, ())}
        for one in claim["answers"]:
            if one["result"] != "sent":
                yield f"{number}: the outcome {one['outcome_id']} was {one['result'] or 'not sent'}"
            elif one["outcome_id"] not in known:
                yield f"{number}: the outcome {one['outcome_id']} was accepted and is not stored"
    for row in evidence.tables.get("partner_outcomes", ()):
        if row["code"] is None or (row["code"] == DISPATCHED and not row["acknowledged_at"]):
            yield f"{row['number']}: the outcome {row['outcome_id']} did not reach its ticket"
    for row in evidence.tables.get("outcome_outbox", ()):
        yield f"{row['number']}: still in the outbox"


def database_equals_workflow(evidence: Evidence) -> Iterator[str]:
    """A ticket is in the database as in its workflow: state, reason, amount and transitions."""
    transitions = evidence.by_number("ticket_transitions")
    for number, view in evidence.workflows.items():
        ticket = evidence.tickets.get(number)
        if ticket is None:
            yield f"{number}: has a workflow and no row"
            continue
        if not State(ticket["state"]).is_final and view.status != "RUNNING":
            yield f"{number}: is {ticket['state']} and its workflow is {view.status}"
        yield from _check_result(ticket, view)
        if ticket["state"] != State.DISCARDED:  # a refused claim has no other view of itself
            yield from _check_snapshot(ticket, transitions[number], view)
    for number in evidence.tickets.keys() - evidence.workflows.keys():
        yield f"{number}: has a row and no workflow"


def _check_result(ticket: Mapping[str, Any], view: WorkflowView) -> Iterator[str]:
    if view.outcome is None:
        return
    amount = view.outcome.granted_amount
    granted = (amount.amount, amount.currency) if amount else (None, None)
    theirs = (view.outcome.state, view.outcome.reason_code, *granted)
    names = ("state", "reason_code", "granted_amount", "granted_currency")
    ours = tuple(ticket[name] for name in names)
    if theirs != ours:
        yield f"{ticket['number']}: its workflow ended with {theirs}, the database has {ours}"


def _check_snapshot(ticket: Mapping[str, Any], rows: Rows, view: WorkflowView) -> Iterator[str]:
    if view.snapshot is None:
        return
    ordered = sorted(rows, key=lambda row: row["seq"])
    ours = [(row["seq"], row["event"], row["to_state"], row["at"]) for row in ordered]
    if ours != [(t.seq, t.event, t.to, t.at) for t in view.snapshot.transitions]:
        yield f"{ticket['number']}: other transitions in its workflow than in the database"
    if view.snapshot.state != ticket["state"]:
        yield f"{ticket['number']}: is {view.snapshot.state} in its workflow"


def no_workflow_failed(evidence: Evidence) -> Iterator[str]:
    """No workflow failed, was ended from outside, or has tasks that fail."""
    for number, view in evidence.workflows.items():
        if view.status in _FAILED or view.has_problems:
            yield f"{number}: its workflow is {view.status}, failing tasks: {view.has_problems}"


def gateway_never_broke(evidence: Evidence) -> Iterator[str]:
    """The gateway refuses with a reason of its contract, never because it broke itself."""
    for refusal in evidence.refusals:
        if re.search(r": 5[0-9]{2} ", refusal):
            yield refusal


INVARIANTS: Final[Mapping[str, Invariant]] = {
    one.__name__.replace("_", " "): one
    for one in (
        ends_or_has_deadline, one_claim_per_purpose, one_email_per_event, one_grant_per_order,
        transitions_match_table, feed_equals_transitions, outcomes_reach_their_tickets,
        database_equals_workflow, no_workflow_failed, gateway_never_broke,
    )
}  # fmt: skip


def violations(evidence: Evidence) -> dict[str, list[str]]:
    """Return what each invariant that is broken says."""
    found = {name: list(check(evidence)) for name, check in INVARIANTS.items()}
    return {name: lines for name, lines in found.items() if lines}
