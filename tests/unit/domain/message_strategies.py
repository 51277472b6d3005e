"""Strategies for the messages to one ticket."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from domain.tickets.attention import DELIVERY_ATTENTION, EMAIL_ATTENTION
from tests.support.builders import (
    NUMBER,
    PLN_40,
    a_reward,
)

# Few ids, so that many messages are repetitions.
IDS = st.sampled_from(["1", "2", "3", "4", "5"])
OUTCOMES = st.sampled_from(["confirmed", "rejected", "order_cancelled", "information_requested"])
MAX_DATE = datetime(2199, 1, 1, tzinfo=UTC)
AMOUNTS = st.sampled_from(
    [None, PLN_40, PLN_40]
    + [
        {"amount": amount, "currency": currency}
        for amount, currency in (("60", "PLN"), ("0", "PLN"), ("900", "PLN"))
    ]
    + [{"amount": "1", "currency": "EUR"}]
)
DATES = st.sampled_from([None, "2026-01-01", "2026-10-30", "2027-06-30", "2199-12-31"])
HOURS_TO_MONTHS = [timedelta(hours=5), timedelta(days=2), timedelta(days=9), timedelta(days=99)]
JUMPS = st.sampled_from([timedelta(seconds=1), timedelta(hours=5), *HOURS_TO_MONTHS])
REWARDS = st.lists(
    st.builds(
        a_reward,
        state=st.sampled_from(["registered", "granted", "rejected", "invalid"]),
        account_id=st.sampled_from(["acc-1001", "acc-2"]),
        granted_by_ticket=st.sampled_from([None, NUMBER]),
    ),
    max_size=2,
).map(tuple)
# Rarely, so that most tickets stay open long enough for other messages.
DECISIONS = st.sampled_from(["confirmed", "rejected", None, None, None])
CODES = st.sampled_from([None, None, "incomplete", "duplicate"])
FAILURES = DELIVERY_ATTENTION | EMAIL_ATTENTION
CAPS = {
    "auto_confirm_max": {"amount": "50.00", "currency": "PLN"},
    "auto_confirm_monthly_cap": {"amount": "100.00", "currency": "PLN"},
}
REMINDERS = st.sampled_from([[], ["P3D"], ["P3D", "P7D"], ["PT36H", "P6D"]])
