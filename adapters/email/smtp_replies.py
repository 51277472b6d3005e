"""Whether a mail server's refusal is about the recipient, which is final, or about us, which is
retried.

Sources: SMTP (RFC 5321, 4.2), enhanced status codes (RFC 3463; IANA's registry, RFC 5248), null MX
(RFC 7505), internationalised addresses (RFC 6531), and what servers send in practice (Postfix,
Exim, Exchange Online, Gmail). In doubt it is about us: an e-mail that is retried is shown to agents
and is sent once somebody has fixed the cause; one that was given up because of our own settings is
lost.
"""

import re
from typing import Final, Literal

Step = Literal["sender", "recipient", "message"]
"""What the server answered to: MAIL, RCPT or DATA."""

ABOUT_RECIPIENT: Final = frozenset(
    {
        "5.1.1",  # no such mailbox
        "5.1.2",  # no such domain
        "5.1.3",  # not an address
        "5.1.4",  # more than one mailbox matches
        "5.1.6",  # mailbox moved, without a forwarding address
        "5.1.10",  # its domain accepts no mail at all
        "5.2.1",  # the mailbox is disabled
        "5.2.2",  # the mailbox is full
        "5.2.3",  # longer than this mailbox accepts
        "5.2.4",  # a list that cannot be expanded
        "5.6.7",  # no addresses beyond ASCII there
    }
)
_UNSPECIFIC: Final = frozenset({"", "5.0.0", "5.1.0", "5.2.0"})
"""Codes with which the reply and its text decide."""
_OF_A_MAILBOX: Final = frozenset({550, 551, 552, 553})
"""Replies to RCPT about the mailbox (RFC 5321), unless an enhanced code says otherwise."""
_ABOUT_US: Final = re.compile(
    r"""
    relay | \bsender | \bfrom\b | \bauth | \blog ?in\b | polic | block | black ?list | listed
    | \bden(y|ied)\b | permi | (?<!mailbox\ name\ not\ )allowed | prohibit | suspend | limit
    | too\ many | \brate\b | reputation | spam | unsolicited | client | \byour?\b
    | \b(spf|dkim|dmarc|ptr|e?helo|tls|ip)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ADDRESS: Final = re.compile(r"\S*@\S*")
_ENHANCED: Final = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


def status_of(reply: str) -> str:
    """Find the enhanced status code (RFC 3463), the only part that names nobody; "" for none."""
    found = _ENHANCED.search(reply)
    return found.group() if found else ""


def is_final(step: Step, code: int, reply: str) -> bool:
    """Return whether no e-mail can ever reach this recipient: a 5xx reply about the recipient."""
    status = status_of(reply)
    if step == "sender" or code < 500:
        return False
    if status not in _UNSPECIFIC:
        return status in ABOUT_RECIPIENT
    text = _ADDRESS.sub(" ", reply)  # the recipient's name is not part of the reason
    return step == "recipient" and code in _OF_A_MAILBOX and not _ABOUT_US.search(text)
