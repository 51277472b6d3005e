"""Renders a page: a template, the texts of its area in the reader's language, and its content.

Text that people wrote is escaped. A variable that a template lacks is an error.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapters.email.sanitizing import strip_control_characters
from domain.partners.market import LANGUAGES
from gateway.i18n import catalog, language_names, preferred_language

TEMPLATES: Final = Path(__file__).parents[1] / "templates"
LANGUAGE: Final = "language"
"""The query parameter and the cookie with which a reader chooses a language."""
_CARRIED_PARAMETERS: Final = (
    *("token", "idempotency_key", "choice", "missing", "changed", "done"),
    *("q", "partner", "state", "attention", "after"),
)


def _sanitize(value: object) -> object:
    """Remove characters that no page may contain, or that change the reading direction."""
    return (
        strip_control_characters(value)
        if isinstance(value, str) and not hasattr(value, "__html__")
        else value
    )


_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
    finalize=_sanitize,
)


def render_page(
    request: Request,
    template: str,
    area: str,
    language: str,
    content: Mapping[str, object],
    status: int = 200,
) -> HTMLResponse:
    """Render `template`: `t` holds the texts of `area`, `common` those of all pages."""
    values = {
        "language": language,
        "language_names": language_names(),
        "t": catalog(area, language),
        "common": catalog("pages", language),
        "in_language": {code: _query_in_language(request, code) for code in LANGUAGES},
        **content,
    }
    html = _ENVIRONMENT.get_template(template).render(values)
    response = HTMLResponse(html, status)
    response.headers["content-language"] = language
    if request.query_params.get(LANGUAGE) == language:
        secure = request.url.scheme == "https"
        response.set_cookie(LANGUAGE, language, samesite="lax", secure=secure, httponly=True)
    return response


def reading_language(request: Request, default: str | None = None) -> str:
    """Return a page's language: the reader's choice, else `default`, else the browser's."""
    chosen = request.query_params.get(LANGUAGE) or request.cookies.get(LANGUAGE)
    if chosen in LANGUAGES:
        return chosen
    return default if default in LANGUAGES else preferred_language(request)


def carried_parameters(request: Request) -> dict[str, str]:
    """Return the query parameters that a page's own links repeat: only those that pages know."""
    given = request.query_params
    return {name: given[name] for name in given if name in _CARRIED_PARAMETERS}


def _query_in_language(request: Request, language: str) -> str:
    return "?" + urlencode({**carried_parameters(request), LANGUAGE: language})
