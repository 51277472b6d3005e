"""Rows of partners' files: exported claims and imported outcomes."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from cli.exchange.claim_rows import claim_header, claim_row
from cli.exchange.csv_columns import (
    CLAIM_COLUMNS,
    OUTCOME_COLUMNS,
    check_header,
    column_of,
    is_unanswered,
    separator,
)
from cli.exchange.outcome_rows import read_outcome, unknown_number
from domain.errors import RequestRejected
from domain.partners.market import Market
from domain.tickets.messages.rejection_reason import RejectionReason
from domain.tickets.messages.signals import PartnerOutcome
from tests.support.builders import NUMBER

MARKET = Market(time_zone="Europe/Berlin", currency="EUR", language="de")
CLAIM: dict[str, Any] = {
    "number": NUMBER,
    "kind": "missing_cashback",
    "ordered_on": "2026-10-01",
    "answers": {"order_number": "VT-1", "travellers": 2},
    "link": {"id": "lnk-77", "clicked_at": None},
}


def cells(**changes: str) -> dict[str, str]:
    return dict.fromkeys(OUTCOME_COLUMNS, "") | {"number": NUMBER, "outcome": "confirmed"} | changes


def refusal(**changes: str) -> RequestRejected:
    with pytest.raises(RequestRejected) as caught:
        read_outcome(cells(**changes), "velotel")
    return caught.value


def test_a_claim_is_a_row_with_a_column_per_answer() -> None:
    header = claim_header(["order_number", "travellers", "not_given"])
    row = claim_row("claim", CLAIM, ["order_number", "travellers", "not_given"])
    assert dict(zip(header, row, strict=True)) == {
        **dict.fromkeys(OUTCOME_COLUMNS, ""),
        "number": NUMBER,
        "purpose": "claim",
        "kind": "missing_cashback",
        "ordered_on": "2026-10-01",
        "link_id": "lnk-77",
        "clicked_at": "",
        "member_note": "",
        "answers.order_number": "VT-1",
        "answers.travellers": "2",
        "answers.not_given": "",
    }


def test_a_row_contains_every_field_of_an_outcome() -> None:
    outcome = read_outcome(
        cells(
            number="zw 4kq7p9xtm2abc",
            note=" gut ",
            contract_started_on="2026-10-02",
            activated_on="2026-10-03",
            cancellation_ends_on="2026-10-17",
            occurred_at="2026-10-09T10:00:00+02:00",
            amount="12,5",
            currency="PLN",
        ),
        "velotel",
    )
    assert (outcome.number, outcome.partner_id, outcome.note) == (NUMBER, "velotel", "gut")
    assert outcome.activated_on == date(2026, 10, 3)
    assert outcome.reward
    assert outcome.reward.model_dump(mode="json") == {"amount": "12.50", "currency": "PLN"}
    assert outcome == PartnerOutcome.model_validate(outcome.model_dump(mode="json"))


def test_rejections_and_questions_are_parsed_too() -> None:
    rejection = read_outcome(cells(outcome="rejected", reason_code="order_not_found"), "velotel")
    assert rejection.reason_code is RejectionReason.ORDER_NOT_FOUND
    question = read_outcome(cells(outcome="information_requested", question="When?"), "velotel")
    assert question.questions == ("When?",)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"outcome": "perhaps"}, "outcome: "),
        ({"outcome": ""}, "outcome: expected a value, there is none"),
        ({"reason_code": "no idea"}, "reason_code: "),
        ({"activated_on": "3/10/2026"}, "activated_on: expected a date such as 2026-10-01"),
        ({"occurred_at": "2026-10-09 10:00"}, "occurred_at: "),
        ({"amount": "12.50"}, "currency: "),
        ({"currency": "PLN"}, "amount: "),
        ({"amount": "1,250", "currency": "PLN"}, "amount: expected 1250 or 1.25, as"),
        ({"amount": "1.000", "currency": "PLN"}, "amount: expected 1000 or 1.00, as"),
        ({"amount": "1_0", "currency": "PLN"}, "amount: "),
        ({"amount": "5 EUR", "currency": "PLN"}, "amount: expected an amount in PLN such as 12.50"),
        ({"amount": "5", "currency": "zloty"}, "currency: expected a currency such as EUR"),
        ({"amount": "-5", "currency": "PLN"}, "amount: "),
        ({"note": "x" * 4001}, "note: "),
    ],
)
def test_a_malformed_row_is_refused_with_field_and_reason(
    changes: dict[str, str], named: str
) -> None:
    error = refusal(**changes)
    assert error.code == "malformed"
    assert named in error.expected


def test_every_invalid_field_of_a_row_is_named() -> None:
    error = refusal(outcome="perhaps", activated_on="soon")
    assert "outcome: " in error.expected
    assert "; activated_on: " in error.expected


@pytest.mark.parametrize("number", ["", "1", "ZW-4KQ7-P9XT-M2AB-D", "'; drop table tickets"])
def test_a_malformed_number_is_refused_like_an_unknown_one(number: str) -> None:
    assert str(refusal(number=number)) == str(unknown_number())


def test_the_same_row_has_the_same_outcome_id_in_any_file() -> None:
    """So a repeated import is recognized."""
    ids = {
        read_outcome(cells(number=number, note=note, amount=amount, currency="PLN"), "v").outcome_id
        for number in (NUMBER, NUMBER.lower())
        for note in ("x", " x ")
        for amount in ("12.5", "12,50")
    }
    assert len(ids) == 1


@pytest.mark.parametrize("name", set(OUTCOME_COLUMNS) - {"number", "outcome", "currency"})
def test_a_row_with_another_value_has_another_outcome_id(name: str) -> None:
    values = {
        "reason_code": "other",
        "occurred_at": "2026-10-09T10:00:00+02:00",
        "amount": "2",
        "note": "x",
        "question": "x",
    }
    money = {"currency": "PLN"} if name == "amount" else {}
    other = cells(**{name: values.get(name, "2026-10-01")}, **money)
    first = read_outcome(cells(), "velotel").outcome_id
    assert read_outcome(other, "velotel").outcome_id != first
    assert read_outcome(cells(), "buchkiste").outcome_id != first


def test_the_columns_of_an_export_are_allowed_beside_those_of_the_outcome() -> None:
    assert check_header(claim_header(["order_number"])) == []
    assert check_header(["number", "outcome", "", ""]) == []


def test_unknown_columns_are_ignored_and_named() -> None:
    assert check_header(["number", "reson_code", "outcome", ""]) == ["reson_code"]


@pytest.mark.parametrize(
    "cell", ["reason_code", " Reason Code ", "REASON-CODE", "reason\u00a0code"]
)
def test_the_name_of_a_column_is_recognized_in_any_case(cell: str) -> None:
    assert column_of(cell) == "reason_code"


def test_texts_of_members_are_to_the_right_of_the_outcome() -> None:
    """Text that a program splits into several cells cannot move into the outcome."""
    header = claim_header(["order_number"])
    assert header[: len(OUTCOME_COLUMNS)] == list(OUTCOME_COLUMNS)
    claim = CLAIM | {"answers": {"order_number": "x\r\ny\u2028z\x0b\u200b"}, "note": "a\nb"}
    row = claim_row("claim", claim, ["order_number"])
    assert row[header.index("answers.order_number")] == "x y z"
    assert row[header.index("member_note")] == "a b"


@pytest.mark.parametrize(("language", "sign"), [("pl", ";"), ("de", ";"), ("en", ",")])
def test_an_export_has_the_separator_of_the_markets_spreadsheets(language: str, sign: str) -> None:
    assert separator(MARKET.model_copy(update={"language": language})) == sign


def test_a_returned_row_without_an_outcome_is_unanswered() -> None:
    assert is_unanswered(cells(outcome=" \u200b") | {"answers.order_number": "confirmed"})
    assert not is_unanswered(cells(outcome="", amount="5"))


def test_a_row_is_parsed_in_the_formats_of_the_market() -> None:
    row_cells = cells(
        outcome=" Confirmed",
        cancellation_ends_on="05.12.2026",
        activated_on="3/10/2026",
        occurred_at="9.10.2026 10.30",
        amount="1.234,50 \u20ac",
        currency="eur",
    )
    outcome = read_outcome(row_cells, "velotel", MARKET)
    assert (outcome.outcome, outcome.activated_on) == ("confirmed", date(2026, 10, 3))
    assert outcome.cancellation_ends_on == date(2026, 12, 5)
    assert outcome.occurred_at == datetime(2026, 10, 9, 8, 30, tzinfo=UTC)
    assert outcome.reward
    assert (str(outcome.reward.amount), outcome.reward.currency) == ("1234.50", "EUR")


def test_a_year_of_two_digits_is_of_this_century() -> None:
    """As German spreadsheets save dates; what is not a date of a spreadsheet is refused."""
    row_cells = cells(cancellation_ends_on="05.12.26", occurred_at="09.10.26 10:30")
    outcome = read_outcome(row_cells, "velotel", MARKET)
    assert outcome.cancellation_ends_on == date(2026, 12, 5)
    assert outcome.occurred_at == datetime(2026, 10, 9, 8, 30, tzinfo=UTC)
    for other in ("05/12/26", "26-12-05", "5.12.126", "5.12.6"):
        refusal(cancellation_ends_on=other)


def test_a_local_time_that_occurs_twice_is_refused() -> None:
    with pytest.raises(RequestRejected, match="occurred_at: expected an instant"):
        read_outcome(cells(occurred_at="2026-10-25 02:30"), "velotel", MARKET)


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        (["outcome"], "a column number"),
        (["number"], "a column outcome"),
        (["number", "outcome", "outcome"], "one column outcome"),
        (list(CLAIM_COLUMNS), "a column outcome"),
    ],
)
def test_a_missing_or_duplicate_column_is_named(columns: list[str], named: str) -> None:
    with pytest.raises(RequestRejected, match=named):
        check_header(columns)
