"""SMTP replies: only a permanent refusal of the recipient is final."""

import pytest

from adapters.email.smtp_replies import ABOUT_RECIPIENT, Step, is_final

ABOUT_THE_RECIPIENT = [
    "550 5.1.1 <client@limit.example>: Recipient address rejected: User unknown",
    "550 5.1.1 User unknown in relay recipient table",
    "550-5.1.1 The email account that you tried to reach does not exist.",
    "550 5.1.2 no such domain",
    "553 5.1.3 not an address",
    "556 5.1.10 null MX",
    "551 5.1.6 moved",
    "550 5.2.1 the mailbox is disabled",
    "552 5.2.2 mailbox full",
    "553 5.6.7 no internationalised addresses",
    "550 No such user here",
    "550 Unrouteable address",
    "550 Requested action not taken: mailbox unavailable",
    "551 user not local",
    "552 mailbox full",
    "553 Requested action not taken: mailbox name not allowed",
    "550 5.0.0 <jan@example.net>... User unknown",
]
ABOUT_US = [
    "554 5.7.1 <jan@example.net>: Relay access denied",
    "550 5.7.1 Unauthenticated email is not accepted",
    "550 5.7.26 this mail has been blocked because the sender is unauthenticated",
    "550 5.7.64 TenantAttribution; Relay Access Denied",
    "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
    "553 5.7.1 sender address rejected: not owned by user",
    "550 5.1.8 Access denied, bad outbound sender",
    "553 5.1.7 sender address has no @",
    "550 5.1.0 sender rejected",
    "550 5.4.5 Daily user sending limit exceeded",
    "550 5.4.1 Recipient address rejected: Access denied",
    "452 4.5.3 too many recipients",
    "554 5.3.4 message too big for the system",
    "550 5.3.0 other mail system status",
    "530 5.7.0 Must issue a STARTTLS command first",
    "530 authentication required",
    "535 authentication failed",
    "550 relay not permitted",
    "550 Sender verify failed",
    "550 you have reached your daily limit",
    "550 rejected: your server is listed at bl.example",
    "554 refused",
    "571 blocked by policy",
    "503 bad sequence of commands",
    "550 4.7.1 try later",
    "450 5.1.1 unknown, for now",
    "421 4.7.0 too many connections",
]


def reply(text: str) -> tuple[int, str]:
    return int(text[:3]), text[4:]


@pytest.mark.parametrize("text", ABOUT_THE_RECIPIENT)
def test_a_refusal_of_the_recipient_is_final(text: str) -> None:
    assert is_final("recipient", *reply(text))


@pytest.mark.parametrize("step", ["sender", "recipient", "message"])
@pytest.mark.parametrize("text", ABOUT_US)
def test_a_refusal_of_us_is_retried_at_every_step(text: str, step: Step) -> None:
    assert not is_final(step, *reply(text))


@pytest.mark.parametrize("text", ABOUT_THE_RECIPIENT)
def test_a_refusal_of_our_sender_address_is_never_final(text: str) -> None:
    assert not is_final("sender", *reply(text))


@pytest.mark.parametrize("status", sorted(ABOUT_RECIPIENT))
def test_a_status_about_the_recipient_is_final_also_after_the_content(status: str) -> None:
    assert is_final("message", 554, f"{status} no")


@pytest.mark.parametrize("text", ["550 no", "552 too big", "554 transaction failed"])
def test_a_refusal_of_the_content_without_a_status_is_retried(text: str) -> None:
    assert not is_final("message", *reply(text))
