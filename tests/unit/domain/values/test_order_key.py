"""Order keys: order numbers that look or fold alike are one order (R25)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.claims.rewards import LinkKind, Reward, RewardState, matches_order
from domain.values.order_key import can_identify_order, normalize_order_number
from tests.support.builders import NOW


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("VT-2231-9", "VT22319"),
        (" vt 2231/9 ", "VT22319"),
        ("ＶＴ２２３１９", "VT22319"),  # noqa: RUF001
        ("ﬁ-1", "FI1"),
        ("straße 1", "STRASSE1"),
        ("№ 7", "NO7"),
        ("007", "7"),
        ("000", "0"),
        ("VT-007", "VT007"),
        ("--", None),
        ("", None),
    ],
)
def test_an_order_number_is_compared_by_its_letters_and_digits(
    written: str, key: str | None
) -> None:
    """R25: upper case, letters and digits only, without leading zeros of a number."""
    assert normalize_order_number(written) == key


@given(st.text())
def test_an_order_key_has_only_letters_and_digits(text: str) -> None:
    """R25."""
    key = normalize_order_number(text)
    assert key is None or key.isalnum()


ALIKE = [
    ("IMI-1", "imi-1", "\u0131m\u0131-1", "\u0130M\u0130-1", "\u0406\u041c\u0456-1"),
    ("MASSE 1", "ma\u00dfe 1", "MA\u1e9eE 1", "ma\u017fse 1", "\u041c\u0410SS\u0415 1"),
    ("K10234", "\u212a10234", "k\u0661\u0660\u0662\u0663\u0664", "\u03ba10234", "\u043a10234"),
    (
        "LODZ7",
        "\u0142\u00f3d\u017a7",
        "L\u0301O\u0308D\u0325Z\u03277",
        "\uff2c\uff2f\uff24\uff3a\uff17",
    ),
    ("VT-2231-9", "VT\u20112231\u20119", "V\u200bT\u00ad22319", "\U0001d415\U0001d413-2231-9"),
]


@pytest.mark.parametrize("spellings", ALIKE)
def test_letters_that_fold_together_or_look_alike_give_one_key(spellings: tuple[str, ...]) -> None:
    """R25: one order, one key, one reward."""
    assert len({normalize_order_number(spelling) for spelling in spellings}) == 1
    assert all(map(can_identify_order, spellings))


@pytest.mark.parametrize("other", ["VT-2231-8", "VT-2213-9", "VI-2231-9", "VT-223l-9"])
def test_other_letters_and_digits_are_another_order(other: str) -> None:
    assert normalize_order_number(other) != normalize_order_number("VT-2231-9")


@pytest.mark.parametrize("number", ["\u039d-12", "\u0418-5", "\u4e2d1", "\u0417-1", "\u01c0-1"])
def test_ambiguous_letters_identify_no_order(number: str) -> None:
    """Greek capital Nu looks like N, its small form like v."""
    assert not can_identify_order(number)


CASES = (str.upper, str.lower, str.casefold, str.swapcase, str.title)


@given(st.text(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_neither_case_nor_form_makes_another_order(text: str, form: str) -> None:
    """R25: also if a letter folds into several or is decomposed."""
    normal = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    assert {normalize_order_number(case(normal)) for case in CASES} == {
        normalize_order_number(text)
    }


def test_a_reward_of_the_feed_is_found_by_any_spelling_of_its_order() -> None:
    """R24: registered under Cyrillic letters, claimed under Latin ones."""
    reward = Reward(
        reward_id="rew-1",
        version=1,
        account_id="acc-1",
        partner_id="velotel",
        kind=LinkKind.CASHBACK,
        order_number="V\u0422-2231-9",
        state=RewardState.REGISTERED,
        changed_at=NOW,
    )
    assert matches_order(reward, normalize_order_number("VT 22319"), None)
