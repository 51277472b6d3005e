"""The channels by which claims reach a partner."""

from typing import Annotated, Literal

from pydantic import Field, HttpUrl

from domain.values.email_addresses import EmailAddress
from domain.values.periods import Period
from domain.values.types import StrictModel, matching

SecretName = Annotated[
    str,
    matching(
        "TICKETS_PARTNER_SECRET_[A-Z0-9_]{1,60}",
        "the name of a setting such as TICKETS_PARTNER_SECRET_VELOTEL",
    ),
]


class RateLimits(StrictModel):
    """Rate, concurrency and time-out of calls to the partner."""

    requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 5
    concurrency: Annotated[int, Field(ge=1, le=100)] = 4
    timeout_seconds: Annotated[float, Field(gt=0, le=25)] = 20


class HttpChannel(RateLimits):
    """Claims are sent as signed HTTP calls."""

    kind: Literal["http"]
    address: HttpUrl
    secret: SecretName


class EmailChannel(RateLimits):
    """Claims are sent as e-mails in the market's language, each with a signed link that expires."""

    kind: Literal["email"]
    address: EmailAddress
    secret: SecretName
    link_validity: Period = "P90D"


class CsvChannel(RateLimits):
    """Claims are exported to a file; outcomes are imported from one."""

    kind: Literal["csv"]


Channel = Annotated[HttpChannel | EmailChannel | CsvChannel, Field(discriminator="kind")]
"""How claims reach the partner. Always the current one; a ticket does not store it."""
