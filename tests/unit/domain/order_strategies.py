"""Strategies for claims of several accounts about the same orders."""

from datetime import timedelta
from typing import Final

from hypothesis import strategies as st

from tests.support.builders import (
    PLN_40,
    a_field,
)

MAX_TICKETS: Final = 6
ORDER: Final = "VT-2231-9"
ORDERS: Final = st.sampled_from([ORDER, ORDER, ORDER, "VT-2231-8"])
ACCOUNTS: Final = st.sampled_from(["acc-1", "acc-1", "acc-2", "acc-3"])
KINDS: Final = st.sampled_from(
    ["missing_cashback", "missing_cashback", "rejected_reward", "missing_referral_reward"]
)
REWARD_KINDS: Final = st.sampled_from(["cashback", "cashback", "referral"])
IDS: Final = st.sampled_from(["1", "2", "3"])
# Mostly confirmed, so that several tickets compete for the order's reward.
OUTCOMES: Final = st.sampled_from(
    [*["confirmed"] * 4, "rejected", "order_cancelled", "information_requested"]
)
AMOUNTS: Final = st.sampled_from([None, None, PLN_40, {"amount": "900", "currency": "PLN"}])
JUMPS: Final = st.sampled_from([timedelta(hours=5), *map(timedelta, (2, 9, 15, 40))])
STATES: Final = st.sampled_from(["registered", "granted", "rejected", "rejected", "invalid"])
RARELY: Final = st.sampled_from([True, False, False, False])
CAPS: Final = {
    "auto_confirm_max": {"amount": "50.00", "currency": "PLN"},
    "auto_confirm_monthly_cap": {"amount": "100.00", "currency": "PLN"},
}
REJECTED: Final = [("1", "acc-1", ORDER, None), ("2", "acc-1", None, "acc-1-cashback")]
MISSING: Final = ["missing_cashback", "missing_referral_reward"]
# A form with an order number for every kind, and one without it for contests.
FORMS: Final = [
    [a_field(is_order_number=True).model_dump()],
    [
        a_field(is_order_number=True, kinds=MISSING).model_dump(),
        a_field("objection", kinds=["rejected_reward"], required=False).model_dump(),
    ],
]
