"""The result of assessing a claim."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from domain.claims.rewards import LinkKind
from domain.codes import RefusalCode
from domain.values.money import Money
from domain.values.types import FrozenModel

AdmissionStatus = Literal["accepted", "held", "refused", "discarded"]


class Reason(FrozenModel):
    """Why a claim is not accepted; for `incomplete` also the field and what was expected."""

    code: str
    field: str | None = None
    expected: str | None = None


class OrderIdentity(FrozenModel):
    """What a claim is about, in the form in which claims, rewards and grants are compared."""

    duplicate_key: str
    reward_kind: LinkKind
    order_key: str
    link_id: str | None
    ordered_on: date | None
    ordered_at: datetime | None


class Assessment(FrozenModel):
    """The decision on a claim, with the dates and the ticket number that its answer states."""

    status: AdmissionStatus
    reasons: tuple[Reason, ...] = ()
    available_from: datetime | None = None
    last_day: date | None = None
    existing_ticket: str | None = None
    order: OrderIdentity | None = None
    promised: Money | None = None
    answers: dict[str, str] = {}
    anchor_dates: dict[str, date] = {}


def incomplete(problems: Mapping[str, str]) -> Assessment:
    """Return the decision that names every invalid field."""
    reasons = (
        Reason(code=RefusalCode.INCOMPLETE, field=f, expected=e) for f, e in problems.items()
    )
    return Assessment(status="discarded", reasons=tuple(reasons))


def refused(
    code: str, last_day: date | None = None, available_from: datetime | None = None
) -> Assessment:
    """Return a refusal; no ticket is opened."""
    reasons = (Reason(code=code),)
    return Assessment(
        status="refused", reasons=reasons, last_day=last_day, available_from=available_from
    )


def discarded(code: str, existing_ticket: str | None = None) -> Assessment:
    """Return the decision on a claim that is not needed, such as a duplicate."""
    reasons = (Reason(code=code),)
    return Assessment(status="discarded", reasons=reasons, existing_ticket=existing_ticket)
