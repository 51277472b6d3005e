"""What an account may claim: links, or rejected rewards, with their dates."""

from datetime import date, datetime
from typing import Final

from pydantic import BaseModel, Field

from domain.claims.claimable.claimable_link import ClaimableStatus
from domain.claims.rewards import LinkKind
from domain.partners.claim_kind import ClaimKind
from gateway.api.schemas.claim_examples import MONEY
from gateway.api.schemas.money import MonetaryAmount


class ClaimableLinkView(BaseModel):
    """A link, or a rejected reward with its link."""

    status: ClaimableStatus = Field(
        description="`open`: may be claimed now; `held`: may be filed, and is sent at "
        "`available_from`; `not_yet`: may be claimed from then on; `closed`: may not be claimed "
        "any more."
    )
    reason: str | None = Field(None, description="Why not: the code that filing would return.")
    message: str | None = Field(None, description="The reason in the caller's language.")
    partner_id: str
    partner_name: str
    kind: LinkKind
    link_id: str | None = None
    clicked_on: date | None = Field(None, description="In the time zone of the partner's market.")
    reward_id: str | None = None
    order_number: str | None = Field(None, description="The order number of the rejected reward.")
    reward_changed_on: date | None = Field(
        None, description="When the reward was rejected, or got the state that prevents a claim."
    )
    amount: MonetaryAmount | None = Field(None, description="The promised or the rejected amount.")
    orders_from: date | None = Field(
        None, description="The date of the oldest order that may still be claimed with the link."
    )
    available_from: datetime | None = Field(
        None, description="When an order placed at the time of the click may be claimed."
    )
    last_day: date | None = Field(
        None,
        description="The last day for an order placed on the day of the click, for the rejected "
        "reward, or, if the link is too late, for its last order.",
    )
    existing_ticket: str | None = None


class ClaimableLinks(BaseModel):
    """What an account may claim, newest first."""

    kind: ClaimKind
    links: list[ClaimableLinkView]
    is_complete: bool = Field(
        description="Whether the list is complete: of very many, only the newest are considered."
    )


CHOICES: Final = {
    "kind": "missing_cashback",
    "links": [
        {
            "status": "open",
            "reason": None,
            "message": None,
            "partner_id": "velotel",
            "partner_name": "Velotel",
            "kind": "cashback",
            "link_id": "lnk-77",
            "clicked_on": "2026-09-30",
            "reward_id": None,
            "order_number": None,
            "reward_changed_on": None,
            "amount": MONEY,
            "orders_from": "2026-09-30",
            "available_from": "2026-10-02T18:20:00+02:00",
            "last_day": "2026-12-30",
            "existing_ticket": None,
        }
    ],
    "is_complete": True,
}
