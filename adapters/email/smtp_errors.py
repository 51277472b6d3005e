"""Translates the SMTP client's errors: the recipient's are final, the server's are retried."""

import aiosmtplib

from adapters.email.smtp_replies import Step, is_final, status_of
from domain.errors import EmailUndeliverable, MailServerUnavailable


def translate_error(error: Exception) -> MailServerUnavailable | EmailUndeliverable:
    """Translate an error: one about the recipient is final, one about us is retried."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return MailServerUnavailable("the mail server no longer accepts addresses beyond ASCII")
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return MailServerUnavailable(f"the mail server is unavailable: {type(error).__name__}")
    message = f"the mail server answered {error.code} {status_of(error.message)}".strip()
    if is_final(_step(error), error.code, error.message):
        return EmailUndeliverable(message)
    return MailServerUnavailable(f"{message} ({type(error).__name__})")


def _step(error: aiosmtplib.SMTPResponseException) -> Step:
    if isinstance(error, aiosmtplib.SMTPRecipientRefused):
        return "recipient"
    return "message" if isinstance(error, aiosmtplib.SMTPDataError) else "sender"
