"""E-mails and texts of codes in the member's language, from the files in `templates/`.

The only module that imports Jinja2 and Babel. Templates are strict: an e-mail or text that lacks a
value is not rendered.
"""

from collections.abc import Mapping
from typing import Any

from adapters.email.locale_renderer import LocaleRenderer, RenderedEmail
from domain.partners.market import LANGUAGES


class EmailRenderer:
    """Renders e-mails and texts in every language; loaded once, safe to share between tasks."""

    def __init__(self, support_email: str) -> None:
        """Load the texts; `support_email` is the e-mail address of customer service."""
        self._locales: dict[str, LocaleRenderer] = {
            language: LocaleRenderer(language, support_email) for language in LANGUAGES
        }

    def render(self, kind: str, language: str, params: Mapping[str, Any]) -> RenderedEmail:
        """Render the e-mail `kind` (the eight of docs/requirements.md, R26-R28, R34) with JSON
        `params`.

        Raises KeyError naming a parameter that is missing, or an unknown kind or language;
        ValueError for a date that is not ISO.
        """
        return self._locales[language].render(kind, params)

    def render_reason(
        self, language: str, code: str, field: str | None, params: Mapping[str, Any]
    ) -> str:
        """Return why a claim was not accepted (`codes.<code>`).

        `params` may hold available_from, last_day, existing_ticket, the sub-code `expected` and the
        form's own `label` and `example` of the field; a field that no form has is named by
        `fields.<field>`.
        """
        return self._locales[language].render_reason(code, field, params)

    def expectation(self, language: str, code: str, example: str | None = None) -> str:
        """Return what was expected (`expected.<code>`), with the field's own example if it has one.

        An unknown code is `unclear`.
        """
        return self._locales[language].expectation(code, example)

    def translate(self, language: str, section: str, code: str, **params: Any) -> str:
        """Return the text of a code: `section` is a table of `phrases.<language>.toml`.

        `available_from` is an ISO instant with offset, `last_day` an ISO date; both are written
        out in the language. Raises KeyError naming a code or parameter that is missing or None.
        """
        return self._locales[language].translate(section, code, params)

    def format_date(self, language: str, iso: str) -> str:
        """Write an ISO date out."""
        return self._locales[language].format_date(iso)

    def format_datetime(self, language: str, iso: str) -> str:
        """Write an ISO instant out in its own offset."""
        return self._locales[language].format_datetime(iso)

    def format_money(self, language: str, money: Mapping[str, str]) -> str:
        """Write `{"amount": "12.50", "currency": "PLN"}` out."""
        return self._locales[language].format_money(money)
