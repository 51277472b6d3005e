"""The search box of the agent pages understands what agents type."""

import pytest

from domain.values.ticket_number import ALPHABET
from gateway.pages.agent.search_query import SearchQuery, parse_query

PARTNERS = {"velotel": "Velotel", "bankomat-plus": "Bankomat Plus"}
NUMBER = "ZW-4KQ7-P9XT-M2AB-C"


@pytest.mark.parametrize(
    "typed", [NUMBER, "zw 4kq7 p9xt m2ab c", "4KQ7P9XTM2ABC", "  zw-4kq7-p9xt-m2ab-c\t"]
)
def test_a_number_is_known_however_it_is_typed(typed: str) -> None:
    assert parse_query(typed, PARTNERS) == SearchQuery(number=NUMBER)


def test_every_single_mistyped_character_of_a_number_is_noticed() -> None:
    for index, right in enumerate(NUMBER):
        if index < 3 or right == "-":
            continue
        for wrong in set(ALPHABET) - {right}:
            typed = NUMBER[:index] + wrong + NUMBER[index + 1 :]
            found = parse_query(typed, PARTNERS)
            assert found.looks_like_number, typed
            assert found.number is None


@pytest.mark.parametrize("typed", [NUMBER + "7", NUMBER[:-1], "4KQ7-P9XT-M2AB-D"])
def test_a_number_with_a_character_too_many_or_too_few_is_noticed_too(typed: str) -> None:
    assert parse_query(typed, PARTNERS).looks_like_number


@pytest.mark.parametrize("typed", ["velotel", "VELOTEL", "bankomat-plus", "bankomat  plus"])
def test_a_partner_is_known_by_name_and_by_id(typed: str) -> None:
    assert parse_query(typed, PARTNERS).partner_id in PARTNERS


@pytest.mark.parametrize("typed", ["jan@xn--strae-oqa.de", "jan@STRASSE.de", "jan@Straße.DE"])
def test_an_address_is_known_however_its_domain_is_spelt(typed: str) -> None:
    other = "strasse" in typed.lower()
    assert parse_query(typed, PARTNERS).email == ("jan@strasse.de" if other else "jan@straße.de")


def test_text_with_an_at_sign_is_an_address() -> None:
    assert parse_query(" Jan@Example.com ", PARTNERS) == SearchQuery(
        email="Jan@example.com", account_id="Jan@Example.com"
    )


@pytest.mark.parametrize(
    ("typed", "order_key"),
    [
        ("vt 2231/9", "VT22319"),
        ("4KQ7P9XTM2ABD", "4KQ7P9XTM2ABD"),
        ("acc-1001", "ACC1001"),
        ("!!!", ""),
    ],
)
def test_everything_else_is_an_order_number_or_an_account(typed: str, order_key: str) -> None:
    """Orders by their key, accounts as they are."""
    assert parse_query(f" {typed} ", PARTNERS) == SearchQuery(order_key=order_key, account_id=typed)
