"""Pages behind a partner's signed link."""
