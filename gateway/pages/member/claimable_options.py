"""The links and rejected rewards that a member may choose, as the page shows them (R15, R16).

What cannot be claimed yet, or any more, is shown with the reason and the date.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from adapters.postgres.platform.account_links import load_account_history
from domain.claims.claimable.claimable_link import AccountHistory, ClaimableLink
from domain.claims.claimable.claimable_links import list_claimable, market_dates
from domain.claims.rewards import LinkKind
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PartnerRules
from domain.values.types import FrozenModel
from gateway.context import AppContext
from gateway.i18n import catalog
from gateway.pages.locale_formatter import LocaleFormatter


class LinkOption(FrozenModel):
    """A choice as the page shows it; `details` are the lines below its title."""

    value: str
    partner: str
    title: str
    details: tuple[str, ...]
    unavailable_reason: str = ""
    is_selectable: bool = True
    is_too_early: bool = False


class AvailableLinks(FrozenModel):
    """Everything that an account may choose for a kind, and the account's history."""

    history: AccountHistory
    links: tuple[ClaimableLink, ...]

    def find(self, value: str) -> ClaimableLink | None:
        """Return the choice with this value, if it may be filed."""
        choices = (one for one in self.links if option_value(one) == value and is_selectable(one))
        return next(choices, None)


async def load_options(context: AppContext, account_id: str, kind: ClaimKind) -> AvailableLinks:
    """Load what an account may choose."""
    partners = {name: profile.rules for name, profile in context.profiles.items()}
    dates = market_dates(partners, context.now)
    history = await load_account_history(context.database, account_id, kind, dates)
    links = list_claimable(kind, history, partners, context.now)
    return AvailableLinks(history=history, links=links)


def option_value(choice: ClaimableLink) -> str:
    """Return a choice's value in a URL: the reward's id, or the link's."""
    return choice.reward_id or choice.link_id or ""


def is_selectable(choice: ClaimableLink) -> bool:
    """Say whether a claim for this choice may be filed now."""
    return choice.status in ("open", "held")


def render_options(
    context: AppContext, language: str, choices: Iterable[ClaimableLink]
) -> list[LinkOption]:
    """Prepare choices for the page."""
    texts, formatter = catalog("member", language)["choices"], LocaleFormatter(context, language)
    return [
        LinkOption(
            value=option_value(one),
            partner=one.partner_name,
            title=_title(one, texts, formatter),
            details=tuple(_details(one, texts, formatter, context.profiles[one.partner_id].rules)),
            unavailable_reason=_unavailable_reason(context, language, one),
            is_selectable=is_selectable(one),
            is_too_early=one.status == "not_yet",
        )
        for one in choices
    ]


def _title(choice: ClaimableLink, texts: Mapping[str, str], formatter: LocaleFormatter) -> str:
    name = "cashback" if choice.kind is LinkKind.CASHBACK else "referral"
    if choice.reward_id:
        day = formatter.format_date(choice.reward_changed_on)
        return texts[f"reward_{name}"].format(day=day)
    return texts[name].format(day=formatter.format_date(choice.clicked_on))


def _details(
    choice: ClaimableLink,
    texts: Mapping[str, str],
    formatter: LocaleFormatter,
    rules: PartnerRules,
) -> Iterable[str]:
    if choice.order_number:
        yield texts["order"].format(number=choice.order_number)
    if choice.amount:
        yield texts["amount"].format(amount=formatter.format_money(choice.amount))
    if not is_selectable(choice):
        return
    if choice.status == "held":
        instant = formatter.format_datetime(choice.available_from, rules.market.zone)
        yield texts["held"].format(moment=instant)
    if choice.reward_id:
        yield texts["until"].format(day=formatter.format_date(choice.last_day))
    elif choice.orders_from != choice.clicked_on:
        yield texts["orders_from"].format(day=formatter.format_date(choice.orders_from))
    else:
        yield texts["until_order"].format(day=formatter.format_date(choice.last_day))


def _unavailable_reason(context: AppContext, language: str, choice: ClaimableLink) -> str:
    if is_selectable(choice) or choice.reason is None:
        return ""
    values: dict[str, Any] = choice.model_dump(mode="json", include={"last_day", "existing_ticket"})
    if instant := choice.available_from:
        zone = context.profiles[choice.partner_id].rules.market.zone
        values["available_from"] = instant.astimezone(zone).isoformat()
    return context.emails.render_reason(language, choice.reason, None, values)
