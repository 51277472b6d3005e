"""Settings of the database."""

from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from settings.field_types import PostgresUrl


class DatabaseSettings(BaseSettings):
    """Where the database is."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    database_url: Annotated[
        PostgresUrl,
        Field(
            alias="DATABASE_URL",
            description="a PostgreSQL URL",
            examples=["postgresql://tickets:password@db.example:5432/tickets"],
        ),
    ]


class OwnerSettings(DatabaseSettings):
    """Settings of a migration: the owner of the tables, and the role that may use them."""

    owner_url: Annotated[
        PostgresUrl | None,
        Field(
            alias="TICKETS_DATABASE_OWNER_URL",
            description="a PostgreSQL URL",
            examples=["postgresql://tickets_owner:password@db.example:5432/tickets"],
        ),
    ] = None
    """Without it, the role of `DATABASE_URL` owns the tables."""

    @property
    def service_role(self) -> str:
        """The role of `DATABASE_URL`."""
        return unquote(urlsplit(self.database_url).username or "")
