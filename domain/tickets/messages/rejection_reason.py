"""Why a ticket is rejected."""

from enum import StrEnum


class RejectionReason(StrEnum):
    """Why a ticket was rejected; each has a text for the member in every language."""

    ORDER_NOT_FOUND = "order_not_found"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_RETURNED = "order_returned"
    NOT_NEW_CUSTOMER = "not_new_customer"
    TERMS_NOT_MET = "terms_not_met"
    ALREADY_REWARDED = "already_rewarded"
    NO_ANSWER = "no_answer"
    OTHER = "other"
