"""The claim that a partner's signed link opens."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from adapters.postgres.partners.linked_claims import (
    LinkedClaimRow,
    LinkedOutcome,
    get_linked_claim,
    list_outcomes_by_link,
)
from adapters.security.signed_links import OUTCOME, LinkSubject, verify_link
from domain.codes import MessageCode, RefusalCode
from domain.errors import RequestRejected
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.tickets.states import State
from domain.values.stored import read_stored
from gateway.context import AppContext
from gateway.http.security_events import SecurityEvent
from gateway.http.security_log import log_refusals
from gateway.pages.partner.rounds import OPEN_STATES, current_round, outcome_id_for_round


@dataclass(frozen=True)
class LinkedClaim:
    """A claim, and the outcomes that were submitted by links with their times and codes."""

    row: LinkedClaimRow
    rules: PartnerRules
    outcomes: Sequence[LinkedOutcome]

    @property
    def number(self) -> str:
        """The ticket's number."""
        return self.row.number

    @property
    def kind(self) -> ClaimKind:
        """What the claim is about."""
        return ClaimKind(self.row.kind)

    @property
    def member_language(self) -> str:
        """The member's language."""
        return self.row.language

    @property
    def state(self) -> State:
        """The ticket's stored state."""
        return State(self.row.state)

    @property
    def round(self) -> int:
        """The current round."""
        return current_round(self.state, self.row.questions)

    @property
    def outcome_id(self) -> str:
        """The id of the current round's outcome."""
        return outcome_id_for_round(self.round)

    @property
    def counted_outcomes(self) -> list[LinkedOutcome]:
        """The outcomes that came before the ticket was closed."""
        return [one for one in self.outcomes if one.code != MessageCode.TICKET_CLOSED]

    @property
    def page_state(self) -> str:
        """`answered` in this round, `closed`, or `open` for an outcome."""
        if self.outcome_id in {one.outcome.outcome_id for one in self.counted_outcomes}:
            return "answered"
        return "open" if self.state in OPEN_STATES else "closed"


async def open_claim(
    request: Request, context: AppContext, partner_id: str, number: str
) -> LinkedClaim:
    """Raise `RequestRejected("invalid_link")` unless the link opens this partner's claim."""
    token = request.query_params.get("token", "")
    subject = LinkSubject(OUTCOME, number, partner_id)
    with log_refusals(
        SecurityEvent.LINK_REFUSED, kind="partner", number=number, partner=partner_id
    ):
        verify_link(token, " ".join(context.partner_secrets(partner_id)), subject, context.now)
    row = await get_linked_claim(context.database, partner_id, number)
    if row is None:
        raise RequestRejected(RefusalCode.INVALID_LINK)
    await context.limits.hit("partner_page", f"{partner_id}/{number}")
    outcomes = await list_outcomes_by_link(context.database, partner_id, number)
    return LinkedClaim(row, read_stored(PartnerRules, row.rules), outcomes)
