"""Addresses and subjects that are safe in the header of an e-mail."""

import re
from email.errors import MessageError
from email.headerregistry import Address
from typing import Final

from domain.errors import InvalidConfiguration
from domain.values.email_addresses import requires_smtputf8, to_ascii_domain

MAX_NAME_LENGTH: Final = 60

COMPOSE_ERRORS: Final = (ValueError, IndexError, MessageError)
_CONTROLS: Final = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_UNSAFE_IN_SUBJECT: Final = re.compile(f"[{_CONTROLS}]+")
_UNSAFE_IN_NAME: Final = re.compile(rf"""[{_CONTROLS}()<>\[\]:;@\\,"=?]+""")
_SENDER: Final = re.compile(r"(?P<name>[^<>\r\n]*)<(?P<in_brackets>[^<>\s]+)>|(?P<bare>[^<>\s]+)")


def read_sender(sender: str) -> Address:
    """Return the sender's address from its setting; raises `InvalidConfiguration`."""
    found = _SENDER.fullmatch(sender)
    name, address = (
        (found["name"] or "", found["in_brackets"] or found["bare"]) if found else ("", "")
    )
    return own_address("TICKETS_MAIL_FROM", address, name)


def own_address(setting: str, address: str, name: str = "") -> Address:
    """Return an address of our own, which every mail server must accept: ASCII before its @."""
    expected = "expected an address with ASCII before its @, such as Name <tickets@example.com>"
    try:
        wire = to_ascii_domain(address)
        if requires_smtputf8(wire):
            raise ValueError(expected)
        return Address(display_name(name), addr_spec=wire)
    except COMPOSE_ERRORS:
        raise InvalidConfiguration("environment", setting, expected) from None


def display_name(name: str) -> str:
    """Remove what is harmful in a header. Python decodes `=?utf-8?q?=0A?=` in a name and writes the
    line break; when it folds a line, it can drop the quotes that keep a comma from starting another
    address. So neither is allowed.
    """
    return " ".join(_UNSAFE_IN_NAME.sub(" ", name).split())[:MAX_NAME_LENGTH].strip()


def one_line(subject: str) -> str:
    """Return the subject on one line, without anything that would be decoded a second time."""
    return " ".join(_UNSAFE_IN_SUBJECT.sub(" ", subject).split()).replace("=?", "= ?")
