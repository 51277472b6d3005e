"""What a partner needs to verify a claim."""

from datetime import date, datetime

from domain.values.types import FrozenModel


class ClaimToDeliver(FrozenModel):
    """A stored claim, with the time of the click on its link."""

    number: str
    kind: str
    partner_id: str
    ordered_on: date | None
    answers: dict[str, str] | None
    member_note: str | None
    link_id: str | None
    clicked_at: datetime | None
