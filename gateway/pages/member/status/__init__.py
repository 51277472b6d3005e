"""The status page: where a ticket stands, behind a signed link."""
