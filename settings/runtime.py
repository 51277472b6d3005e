"""Settings that worker and gateway share."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl

from domain.values.email_addresses import EmailAddress
from settings.database import DatabaseSettings
from settings.field_types import Folder


class ServiceSettings(DatabaseSettings):
    """Settings that worker and gateway share."""

    support_email: Annotated[EmailAddress, Field(alias="TICKETS_SUPPORT_EMAIL")]
    allow_private_addresses: Annotated[bool, Field(alias="TICKETS_ALLOW_PRIVATE_ADDRESSES")] = False
    """Whether URLs may be plain http or lead into a private network, as in the local stack."""
    partners_dir: Annotated[Folder, Field(alias="TICKETS_PARTNERS_DIR")] = Path("partners")
    database_pool_size: Annotated[int, Field(alias="TICKETS_DATABASE_POOL_SIZE", ge=1, le=200)] = 10
    statement_cache: Annotated[
        int, Field(alias="TICKETS_DATABASE_STATEMENT_CACHE", ge=0, le=10_000)
    ] = 100
    """Prepared statements per connection; 0 behind PgBouncer in transaction mode."""
    webhook_url: Annotated[HttpUrl | None, Field(alias="TICKETS_WEBHOOK_URL")] = None
    """Where the platform receives webhooks; worker and gateway have to agree on it."""
