"""A question that is the name of a form field is shown as its label."""

import pytest

from domain.claims.information_form import question_labels
from tests.support.builders import a_field, a_label, a_partner

LABELS = a_label("Order number", pl="Numer zamówienia", de="Bestellnummer")
LABELLED = a_partner(
    fields=[
        a_field(label=LABELS, is_order_number=True).model_dump(),
        a_field("first_name", label=dict.fromkeys(LABELS, "Name"), required=False).model_dump(),
    ]
)


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("pl", ("Numer zamówienia", "When?")),
        ("de", ("Bestellnummer", "When?")),
        ("en", ("Order number", "When?")),
        ("fr", ("Order number", "When?")),
    ],
)
def test_a_question_for_a_field_is_shown_as_its_label(
    language: str, labels: tuple[str, ...]
) -> None:
    """R17-R19: any other question is shown as it was written."""
    assert question_labels(["order_number", "When?"], LABELLED, language) == labels


@pytest.mark.parametrize("question", ["order number", "Order_number?", "ORDER_NUMBER", "", "{0}"])
def test_a_text_that_is_not_the_name_of_a_field_stays_as_it_is(question: str) -> None:
    assert question_labels([question], LABELLED, "de") == (question,)


def test_without_rules_questions_stay_as_they_are() -> None:
    assert question_labels(["order_number"], None, "de") == ("order_number",)
    assert question_labels([], LABELLED, "de") == ()
