"""Arguments of commands that are validated while they are parsed."""

import argparse

from domain.errors import RequestRejected
from domain.values.email_addresses import normalize_email
from domain.values.ticket_number import parse_number


def number(text: str) -> str:
    """Return a ticket number in its usual form."""
    try:
        return parse_number(text)
    except RequestRejected as error:
        raise argparse.ArgumentTypeError(f"no ticket number: {text!r}") from error


def email_address(text: str) -> str:
    """Return an e-mail address."""
    try:
        return normalize_email(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
