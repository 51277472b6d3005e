"""Settings that worker and gateway share."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from domain.values.email_addresses import EmailAddress
from settings.database import DatabaseSettings
from settings.field_types import Folder, PlainUrl


class ServiceSettings(DatabaseSettings):
    """Settings that worker and gateway share."""

    support_email: Annotated[
        EmailAddress,
        Field(
            alias="TICKETS_SUPPORT_EMAIL",
            description="an e-mail address",
            examples=["support@rewards.example"],
        ),
    ]
    allow_private_addresses: Annotated[
        bool,
        Field(
            alias="TICKETS_ALLOW_PRIVATE_ADDRESSES", description="true or false", examples=["true"]
        ),
    ] = False
    """Whether URLs may be plain http or lead into a private network, as in the local stack."""
    partners_dir: Annotated[
        Folder,
        Field(
            alias="TICKETS_PARTNERS_DIR", description="a folder that exists", examples=["partners"]
        ),
    ] = Path("partners")
    database_pool_size: Annotated[
        int,
        Field(
            alias="TICKETS_DATABASE_POOL_SIZE",
            description="a whole number from 1 to 200",
            examples=["20"],
            ge=1,
            le=200,
        ),
    ] = 10
    statement_cache: Annotated[
        int,
        Field(
            alias="TICKETS_DATABASE_STATEMENT_CACHE",
            description="a whole number from 0 to 10000",
            examples=["100"],
            ge=0,
            le=10_000,
        ),
    ] = 100
    """Prepared statements per connection; 0 behind PgBouncer in transaction mode."""
    status_page: Annotated[
        Literal["off", "link"],
        Field(alias="TICKETS_STATUS_PAGE", description="off or link", examples=["link"]),
    ] = "off"
    """Whether e-mails link to the page on which the member sees where the ticket stands (R30)."""
    worker_processes: Annotated[
        int,
        Field(
            alias="TICKETS_WORKER_PROCESSES",
            description="a whole number from 1 to 1000",
            examples=["2"],
            ge=1,
            le=1000,
        ),
    ] = 1
    """How many workers share the partners' rates and concurrency, and the database."""
    gateway_processes: Annotated[
        int,
        Field(
            alias="TICKETS_GATEWAY_PROCESSES",
            description="a whole number from 1 to 1000",
            examples=["2"],
            ge=1,
            le=1000,
        ),
    ] = 1
    """How many gateways share the database."""
    webhook_url: Annotated[
        PlainUrl | None,
        Field(
            alias="TICKETS_WEBHOOK_URL",
            description="an http or https URL",
            examples=["https://platform.example/webhooks/tickets"],
        ),
    ] = None
    """Where the platform receives webhooks; worker and gateway have to agree on it."""
