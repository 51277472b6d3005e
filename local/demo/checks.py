"""Compares the end of each scenario with its row: its answer, its state, its e-mails and its
grants.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from adapters.postgres.decisions.grants import GrantRow
from domain.admission.admission import AdmissionResult
from domain.admission.refusal_emails import SYNCHRONOUS_ANSWER_LIMIT
from domain.tickets.changes.emails import EmailKind
from domain.values.money import Money
from local.demo.runner import ScenarioResult
from local.demo.scenarios import ClaimRow
from local.mail_catcher.store import NUMBER

_EMAIL_KIND: Final = re.compile(r"[0-9]+-([a-z_]+)@")
"""The end of a Message-ID: an e-mail's key is the number of its transition and its kind."""
_PARTNER_MESSAGE_ID: Final = re.compile(rf"{NUMBER.pattern}-[a-z]+(?:-[0-9]+)?@")
"""That of an e-mail to a partner: the purpose of its delivery."""


@dataclass(frozen=True)
class Observations:
    """What can be seen from outside: the mailbox and the partners' claims, by number, the grants,
    the events of the feed and the webhooks that came.
    """

    emails: Mapping[str, Sequence[str]] = field(default_factory=dict)
    claims: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    grants: Sequence[GrantRow] = ()
    events: Sequence[Mapping[str, Any]] = ()
    webhooks: Sequence[Mapping[str, Any]] = ()


def emails_by_number(mailbox: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the kinds of the members' e-mails by ticket number, or a subject of no known kind."""
    found: dict[str, list[str]] = {}
    for email in mailbox:
        if _PARTNER_MESSAGE_ID.search(email["message_id"]):
            continue
        kind = _EMAIL_KIND.search(email["message_id"])
        for number in email["numbers"][:1]:
            found.setdefault(number, []).append(kind[1] if kind else email["subject"])
    return found


def claims_by_number(received: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Sort what the partners received by ticket."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for claim in received:
        found.setdefault(claim["number"], []).append(claim)
    return found


def check_scenario(one: ScenarioResult, observations: Observations) -> list[str]:
    """Return every difference from the scenario's row, as text."""
    if one.error or one.admission is None:
        return [one.error or "no answer"]
    row, number = one.scenario.row, one.admission.number
    checks = (
        _check_answer(row, one.admission),
        _check_end(one),
        _check_emails(one, observations.emails.get(number, ())),
        _check_claims(row, observations.claims.get(number, ())),
        _check_grant(row, [grant for grant in observations.grants if grant.number == number]),
    )
    return [difference for check in checks for difference in check]


def emails_missing(results: Iterable[ScenarioResult], observations: Observations) -> bool:
    """Return whether e-mails are still missing."""
    found = observations.emails
    admitted = [(one.admission.number, one.scenario.row) for one in results if one.admission]
    return any(len(found.get(n, ())) < len(row.expected_emails) for n, row in admitted)


def check_grants(rows: Iterable[ClaimRow], grants: Sequence[GrantRow]) -> list[str]:
    """Check the grants as a whole: one per order and kind at most, and the sums."""
    orders = Counter((g.partner_id, g.reward_kind, g.order_key) for g in grants)
    twice = [
        f"grants: {count} grants for one order: {order}"
        for order, count in orders.items()
        if count > 1
    ]
    expected = {row.number: row.expected_granted for row in rows}
    expected_sums = _sums(expected.values())
    found = _sums(granted(grant) for grant in grants)
    wrong = (
        []
        if expected_sums == found
        else [f"grants: granted {_sums_text(found)} instead of {_sums_text(expected_sums)}"]
    )
    return twice + wrong


def granted(grant: GrantRow) -> Money:
    """Return the amount of a grant's row."""
    return Money(amount=grant.amount, currency=grant.currency)


def _check_answer(row: ClaimRow, answer: AdmissionResult) -> Iterator[str]:
    codes = {_code(reason.code, reason.field) for reason in answer.reasons}
    if answer.status != row.expected_status:
        yield f"answer {answer.status} instead of {row.expected_status}"
    if codes != set(row.expected_codes):
        yield f"codes {_list(codes)} instead of {_list(row.expected_codes)}"
    if answer.number != row.number:
        yield f"number {answer.number} instead of {row.number}"


def _check_end(one: ScenarioResult) -> Iterator[str]:
    row, end = one.scenario.row, one.outcome
    if one.state is not row.expected_state:
        yield f"ended as {one.state} instead of {row.expected_state}"
    reason = end.reason_code if end else None
    if reason != row.expected_reason:
        yield f"reason {reason} instead of {row.expected_reason}"
    amount = end.granted_amount if end else None
    if amount != row.expected_granted:
        yield f"outcome says {_money(amount)} instead of {_money(row.expected_granted)}"


def _check_emails(one: ScenarioResult, found: Sequence[str]) -> Iterator[str]:
    row = one.scenario.row
    got = Counter(found)
    # Sent only after a slow refusal, whose duration is measured here from outside.
    slow = one.answer_seconds >= SYNCHRONOUS_ANSWER_LIMIT.total_seconds()
    if row.expected_state == "discarded" and slow and got[EmailKind.CLAIM_NOT_ACCEPTED] == 1:
        got.pop(EmailKind.CLAIM_NOT_ACCEPTED)
    expected = Counter(map(str, row.expected_emails))
    if missing := expected - got:
        yield f"e-mails missing: {_list(missing.elements())}"
    if surplus := got - expected:
        yield f"unexpected e-mails: {_list(surplus.elements())}"


def _check_claims(row: ClaimRow, received: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """R22: only accepted claims reach the partner, and each is accepted once, under one key;
    completed by an answer it is sent again, under another key.
    """
    if row.expected_status != "accepted":
        if received:
            yield "the partner received a claim that was not accepted"
        return
    partners = [claim["partner_id"] for claim in received]
    if partners != [row.partner_id]:
        yield f"claim at {_list(partners)} instead of {row.partner_id}"
        return
    claim = received[0]
    if not claim["accepted_at"]:
        yield "the partner never accepted the claim"
    questions = row.expected_emails.count(EmailKind.INFORMATION_NEEDED)
    if not 1 <= len(claim["keys"]) <= 1 + questions:
        yield f"the partner got the claim under {len(claim['keys'])} keys"


def _check_grant(row: ClaimRow, grants: Sequence[GrantRow]) -> Iterator[str]:
    found = [granted(grant) for grant in grants]
    expected = [row.expected_granted] if row.expected_granted else []
    if found != expected:
        yield f"granted {_list(map(_money, found))} instead of {_list(map(_money, expected))}"


def _code(code: str, field_name: str | None) -> str:
    return f"{code}:{field_name}" if field_name else code


def _sums(amounts: Iterable[Money | None]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for money in amounts:
        if money:
            found[money.currency] = found.get(money.currency, Decimal(0)) + money.amount
    return found


def _money(money: Money | None) -> str:
    return f"{money.amount} {money.currency}" if money else "nothing"


def _sums_text(sums: Mapping[str, Decimal]) -> str:
    return _list(f"{amount} {currency}" for currency, amount in sums.items())


def _list(items: Iterable[str]) -> str:
    return ", ".join(sorted(items)) or "none"
