"""When two claims under one request key are the same claim."""

from typing import Any

import pytest

from domain.claims.claim_digest import claim_digest
from tests.support.builders import claim_content


@pytest.mark.parametrize(
    "changes",
    [
        {"reward_id": None},
        {"colour": "red"},
        {"contact": {**claim_content()["contact"], "telephone": "+48 1", "language": "pl"}},
        {"answers": {**claim_content()["answers"], "more": None}},
        {"answers": {**claim_content()["answers"], "more": "", "note": " \u200b "}},
        {"answers": {"order_number": " VT\u20112231\u20139\u200b "}},
        {"answers": {"order_number": "\uff36\uff34-2231-9"}},
        {"partner_id": "velotel "},
    ],
    ids=repr,
)
def test_blanks_and_unknown_fields_do_not_change_the_digest(changes: dict[str, Any]) -> None:
    assert claim_digest(claim_content(**changes)) == claim_digest(claim_content())


@pytest.mark.parametrize(
    "changes",
    [
        {"link_id": "lnk-78"},
        {"link_id": None},
        {"ordered_on": "no date"},
        {"answers": {"order_number": "VT-9999-9"}},
        {"contact": None},
    ],
    ids=repr,
)
def test_another_claim_has_another_digest(changes: dict[str, Any]) -> None:
    assert claim_digest(claim_content(**changes)) != claim_digest(claim_content())


def test_content_that_is_no_claim_has_a_digest_too() -> None:
    contents: list[object] = [None, [], {}, "claim", 7]
    assert len({claim_digest(content) for content in contents}) == 5
