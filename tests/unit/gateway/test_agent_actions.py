"""Forms of the agent pages: amounts as agents type them."""

import pytest
from starlette.datastructures import FormData

from domain.partners.market import LANGUAGES
from gateway.i18n import catalog
from gateway.pages.agent.actions import AgentAction, parse_action


def confirm_action(amount: str) -> AgentAction:
    return parse_action(
        FormData(action="confirm", request_id="desk-1", confirm_note="seen", confirm_amount=amount),
        "PLN",
    )


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("40", "40"), ("40,5", "40.5"), ("1\u00a0040,50", "1040.50"), ("1.040,50 zł", "1040.50")],
)
def test_an_amount_is_read_as_people_type_it(typed: str, amount: str) -> None:
    action = confirm_action(typed)
    assert (action.errors, action.content["reward"]) == ({}, {"amount": amount, "currency": "PLN"})


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("1.250", "ambiguous_number"),
        ("1,000", "ambiguous_number"),
        ("40 / 50", "several_numbers"),
        *((one, "amount") for one in ("0", "-1", "+7", "1e3", "1_0", "NaN", "40 €", "٤٠", "4²")),
    ],
)
def test_an_ambiguous_amount_is_reported_at_its_field(typed: str, error: str) -> None:
    assert confirm_action(typed).errors == {"confirm_amount": error}
    for language in LANGUAGES:
        assert catalog("agent", language)["errors"][error]
