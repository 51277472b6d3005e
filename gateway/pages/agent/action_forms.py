"""The action forms on a ticket's page: which the ticket takes, and what there is to choose."""

from dataclasses import dataclass

from domain.partners.claim_kind import ClaimKind
from domain.partners.form_fields import FormField
from domain.partners.rules import PartnerRules
from domain.tickets.approvals import are_different_agents
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.states import State
from gateway.api.schemas.ticket_detail import TicketDetail
from gateway.pages.agent.access import AgentRequest
from gateway.pages.agent.actions import ACTIONS


@dataclass(frozen=True)
class ActionForms:
    """The forms for the `available` actions; choices are pairs of code and label."""

    available: list[str]
    confirm_help: str
    """The catalog key of the text that explains a confirmation."""
    max_reward: str
    known_amount: str
    currency: str
    rejection_reasons: list[tuple[str, str]]
    fields: list[tuple[str, str]]


def action_forms(
    agent: AgentRequest, ticket: TicketDetail, rules: PartnerRules | None
) -> ActionForms:
    """Return the forms that this ticket takes from this agent."""
    formatter = agent.formatter
    known = ticket.confirmed if _is_confirmed(ticket) else ticket.promised
    return ActionForms(
        available=[name for name in ACTIONS if _is_available(name, ticket, agent.actor)],
        confirm_help=_confirm_help(ticket),
        max_reward=formatter.format_money(ticket.maximum) if ticket.maximum else "",
        known_amount=formatter.format_money(known) if known else "",
        currency=rules.market.currency if rules else "",
        rejection_reasons=[
            (reason.value, formatter.rejection_reason(reason.value)) for reason in RejectionReason
        ],
        fields=[(one.name, one.label_in(agent.language)) for one in _fields(ticket, rules)],
    )


def _is_available(name: str, ticket: TicketDetail, actor: str) -> bool:
    """Say whether the ticket takes an action, and from this agent: nobody approves alone."""
    if name == "approve":
        proposal = ticket.proposal
        if proposal is None or not are_different_agents(proposal.by, actor):
            return False
    return ACTIONS[name] in ticket.available_actions


def _is_confirmed(ticket: TicketDetail) -> bool:
    return ticket.state is State.AWAITING_CANCELLATION_PERIOD


def _confirm_help(ticket: TicketDetail) -> str:
    if any(item.code == "cancellation_end_unknown" for item in ticket.attention):
        return "confirm_ends_period"
    return "confirm_keeps_end" if _is_confirmed(ticket) else "confirm_help"


def _fields(ticket: TicketDetail, rules: PartnerRules | None) -> tuple[FormField, ...]:
    return rules.form(ClaimKind(ticket.kind)) if rules and ticket.kind else ()
