"""How a page is made: a template, the words of its area in the reader's language, and nothing else.

Everything that people or partners wrote is escaped; what a template lacks is an error.
"""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapters.email.renderer import printable
from domain.partners.profile import LANGUAGES
from domain.tickets.messages import RejectionReason
from gateway.context import AppContext
from gateway.i18n import catalog, preferred_language

TEMPLATES: Final = Path(__file__).parents[1] / "templates"
LANGUAGE: Final = "language"
"""The query parameter and the cookie by which a reader chooses a language."""


def _harmless(value: Any) -> Any:
    """Take from people's words what no page may hold, or what turns its reading direction."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


_PAGES: Final = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
    finalize=_harmless,
)

_KEPT: Final = (
    *("token", "idempotency_key", "choice", "missing", "changed", "done"),
    *("q", "partner", "state", "attention", "after"),
)


def reading_language(request: Request, default: str | None = None) -> str:
    """Return the language of a page: chosen, else `default` (a member's), else the browser's."""
    chosen = request.query_params.get(LANGUAGE) or request.cookies.get(LANGUAGE)
    if chosen in LANGUAGES:
        return chosen
    return default if default in LANGUAGES else preferred_language(request)


def page(
    request: Request,
    template: str,
    area: str,
    language: str,
    content: Mapping[str, Any],
    status: int = 200,
) -> HTMLResponse:
    """Render `template` with the words of `area` (`w`), those of all pages (`every`), `content`."""
    values = {
        "language": language,
        "languages": LANGUAGES,
        "t": catalog(area, language),
        "common": catalog("pages", language),
        "here": request.url.path,
        "in_language": {code: _in_language(request, code) for code in LANGUAGES},
        **content,
    }
    html = _PAGES.get_template(template).render(values)
    response = HTMLResponse(html, status)
    response.headers["content-language"] = language
    if request.query_params.get(LANGUAGE) == language:
        secure = request.url.scheme == "https"
        response.set_cookie(LANGUAGE, language, samesite="lax", secure=secure, httponly=True)
    return response


def _in_language(request: Request, language: str) -> str:
    """Return the way to the same page in another language."""
    return "?" + urlencode({**kept_parameters(request), LANGUAGE: language})


def kept_parameters(request: Request) -> dict[str, str]:
    """Return what links of a page carry on of its address: what pages know, and nothing else."""
    given = request.query_params
    return {name: given[name] for name in given if name in _KEPT}


class Writes:
    """Writes days, moments and money as a reader of `language` expects them."""

    def __init__(self, context: AppContext, language: str) -> None:
        """Use the letter book's way to write."""
        self._book = context.emails
        self.language = language

    def day(self, day: date | None) -> str:
        """Write a day out; a dash where there is none."""
        return self._book.day(self.language, day.isoformat()) if day else "–"

    def moment(self, moment: datetime | None, zone: ZoneInfo) -> str:
        """Write a moment out, as the clocks of `zone` show it; a dash where there is none."""
        if moment is None:
            return "–"
        return self._book.instant(self.language, moment.astimezone(zone).isoformat())

    def money(self, money: Mapping[str, Any] | None) -> str:
        """Write an amount with its currency; a dash where there is none."""
        return self._book.money(self.language, money) if money else "–"

    def rejection(self, code: str) -> str:
        """Say a rejection's reason in words; one that nobody here knows stays as it came."""
        if code not in set(RejectionReason):
            return code
        return self._book.phrase(self.language, "rejections", code)
