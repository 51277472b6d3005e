"""The codes of refusals, and their HTTP statuses."""

from domain.codes import ClaimRefusal, MessageCode, RefusalCode
from gateway.http.problem_status import STATUS


def test_every_refusal_code_has_an_http_status_and_no_other_code_has_one() -> None:
    assert set(STATUS) == set(RefusalCode)


def test_no_code_has_two_meanings() -> None:
    codes = [*RefusalCode, *ClaimRefusal, *MessageCode]
    assert len(codes) == len(set(codes))
