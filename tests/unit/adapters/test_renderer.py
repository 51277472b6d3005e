"""E-mails in every language: complete, and strict about values."""

import re
from itertools import combinations
from typing import Any

import pytest

from adapters.email.quotation import without_links
from adapters.email.renderer import EmailRenderer
from domain.partners.market import LANGUAGES
from domain.tickets.changes.emails import DecidedBy
from tests.support.email_params import (
    CLAIMED,
    DATES,
    INSTANTS,
    KINDS,
    NAMELESS_LANGUAGES,
    NUMBER,
    OWN_PARAMS,
    params_of,
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_email_names_its_number_the_partner_and_customer_service(
    renderer: EmailRenderer, kind: str, language: str
) -> None:
    """R28: the number is in subject and body; R6: customer service by e-mail."""
    email = renderer.render(kind, language, params_of(kind))
    assert NUMBER in email.subject
    assert "\n" not in email.subject
    for body in (email.text, email.html):
        for expected in (NUMBER, "VeloTel", "pomoc@example.com"):
            assert expected in body
        assert ("Jan Kowalski" in body) is (language not in NAMELESS_LANGUAGES)
    assert "Subject:" not in email.text
    assert email.language == language
    assert f'<html lang="{language}">' in email.html


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_text_and_html_of_an_email_have_the_same_content(
    renderer: EmailRenderer, kind: str, language: str
) -> None:
    email = renderer.render(kind, language, params_of(kind))
    body = email.html.partition("<body>")[2].partition("</h1>")[2]
    from_html = re.sub(r"<[^>]+>", " ", body).split()
    assert from_html == [word for word in email.text.split() if word not in ("-", ">")]


@pytest.mark.parametrize("kind", KINDS)
def test_the_languages_differ_in_subject_and_body(renderer: EmailRenderer, kind: str) -> None:
    emails = [renderer.render(kind, language, params_of(kind)) for language in LANGUAGES]
    assert len({email.subject for email in emails}) == len(LANGUAGES)
    lines = [{line for line in email.text.splitlines() if " " in line} for email in emails]
    shared = {f"> - {text}" for text in OWN_PARAMS[kind].get("questions", [])}
    shared |= {f"> {field['label']}: {without_links(str(field['value']))}" for field in CLAIMED}
    for one, other in combinations(lines, 2):
        assert one & other <= shared


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_email_without_a_value_is_not_rendered(
    renderer: EmailRenderer, kind: str, language: str
) -> None:
    complete = params_of(kind)
    for name in complete:
        incomplete = {key: value for key, value in complete.items() if key != name}
        with pytest.raises(KeyError, match=name):
            renderer.render(kind, language, incomplete)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_null_is_not_rendered(renderer: EmailRenderer, language: str) -> None:
    with pytest.raises(KeyError):
        renderer.render("withdrawn", language, params_of("withdrawn", partner_name=None))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "optional"),
    [
        ("confirmation", ("held_until", "answer_by")),
        ("information_needed", ("answer_by",)),
        ("partner_confirmed", ("due_on", "amount")),
        ("claim_not_accepted", ("last_day", "existing_ticket", "available_from")),
    ],
)
def test_an_email_is_complete_without_its_optional_values(
    renderer: EmailRenderer, language: str, kind: str, optional: tuple[str, ...]
) -> None:
    without: dict[str, Any] = dict.fromkeys(optional)
    if kind == "claim_not_accepted":
        without["reasons"] = [{"code": "no_link", "field": None}]
    email = renderer.render(kind, language, params_of(kind, **without))
    assert "None" not in email.text + email.html
    assert "\n\n\n" not in email.text
    assert email.text != renderer.render(kind, language, params_of(kind)).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_and_times_are_formatted_for_the_language(
    renderer: EmailRenderer, language: str
) -> None:
    """R9, R33: a time is shown in the offset that it carries."""
    due = renderer.render("partner_confirmed", language, params_of("partner_confirmed"))
    held = renderer.render("confirmation", language, params_of("confirmation"))
    assert DATES[language] in due.text
    assert DATES[language] in due.html
    assert INSTANTS[language] in held.text


@pytest.mark.parametrize(
    ("language", "currency", "expected_text"),
    [
        ("pl", "PLN", "12,50 zł"),
        ("de", "EUR", "12,50 €"),
        ("en", "EUR", "€12.50"),
        ("en", "PLN", "PLN 12.50"),
    ],
)
def test_the_amount_of_a_granted_reward_is_named(
    renderer: EmailRenderer, language: str, currency: str, expected_text: str
) -> None:
    amount = {"amount": "12.50", "currency": currency}
    email = renderer.render("resolved", language, params_of("resolved", amount=amount))
    assert expected_text in email.text
    assert expected_text in email.html


@pytest.mark.parametrize(("kind", "language"), [("withdrawn", "fr"), ("../layout", "pl")])
def test_an_unknown_kind_or_language_is_an_error(
    renderer: EmailRenderer, kind: str, language: str
) -> None:
    with pytest.raises(KeyError):
        renderer.render(kind, language, params_of("withdrawn"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["partner_confirmed", "rejected"])
def test_an_email_about_a_decision_says_who_decided(
    renderer: EmailRenderer, kind: str, language: str
) -> None:
    """R34: the partner, customer service, or a deadline that has passed."""
    decided_by = [*DecidedBy] if kind == "rejected" else [*DecidedBy][:3]
    texts = {
        one: renderer.render(kind, language, params_of(kind, decided_by=one)).text
        for one in decided_by
    }
    assert "VeloTel" in texts[DecidedBy.PARTNER]
    assert len({*texts.values()}) >= 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rejection_without_an_answer_names_whose_answer_is_missing(
    renderer: EmailRenderer, language: str
) -> None:
    partners, members = (
        renderer.render(
            "rejected", language, params_of("rejected", reason_code="no_answer", decided_by=one)
        ).text
        for one in (DecidedBy.PARTNER_DEADLINE, DecidedBy.MEMBER_DEADLINE)
    )
    assert partners != members


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_second_confirmation_says_that_it_is_news_about_the_first(
    renderer: EmailRenderer, language: str
) -> None:
    kind = "partner_confirmed"
    first = renderer.render(kind, language, params_of(kind))
    second = renderer.render(kind, language, params_of(kind, is_update=True))
    assert first.subject != second.subject
    assert "12" in second.text
