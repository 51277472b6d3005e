"""E-mails and texts in one language: its templates, its catalog, its dates and amounts."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency
from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    UndefinedError,
    pass_context,
    select_autoescape,
)
from jinja2.runtime import Context
from markupsafe import escape

from adapters.email.quotation import quoted
from adapters.email.sanitizing import sanitize_params

TEMPLATES: Final = Path(__file__).parent / "templates"
_SUBJECT: Final = "Subject: "


@dataclass(frozen=True)
class RenderedEmail:
    """A rendered e-mail, ready to send: `subject` is one line, `language` is its code."""

    subject: str
    text: str
    html: str
    language: str


class LocaleRenderer:
    """Templates, texts and formats of one language."""

    def __init__(self, language: str, support_email: str) -> None:
        self._language = language
        self._support_email = support_email
        self._texts = _read_texts(language)
        self._locale = Locale.parse(self._texts["formats"]["locale"])
        self._writers: dict[str, Callable[[Any], str]] = {
            "available_from": self.format_datetime,
            "held_until": self.format_datetime,
            "answer_by": self.format_date,
            "due_on": self.format_date,
            "last_day": self.format_date,
            "valid_until": self.format_date,
            "amount": self.format_money,
        }
        self._text = self._new_environment("layout.txt", str)
        self._html = self._new_environment("layout.html", escape)

    def _new_environment(self, layout: str, safe: Callable[[str], str]) -> Environment:
        """Return the environment of a format; `safe` returns a text of ours as part of it."""

        @pass_context
        def phrase(context: Context, section: str, key: str) -> str:
            return safe(self._texts[section][key]).format_map(context["written"])

        @pass_context
        def say(context: Context, key: str) -> str:
            return phrase(context, context["kind"], key)

        environment = Environment(
            loader=FileSystemLoader([TEMPLATES / "kinds", TEMPLATES]),
            undefined=StrictUndefined,
            autoescape=select_autoescape(default=safe is escape),
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_reject_none,
            auto_reload=False,
        )
        environment.globals |= {"language": self._language, "layout": layout}
        environment.globals |= {"phrase": phrase, "say": say}
        environment.filters |= {"reason": self._reason, "unlinked": _unlinked, "quoted": _quoted}
        return environment

    def render(self, kind: str, params: Mapping[str, Any]) -> RenderedEmail:
        """Render the e-mail `kind`; raises `KeyError` for a missing parameter or template."""
        given = sanitize_params(params)
        values = {"kind": kind, "support_email": self._support_email, **given}
        values["written"] = self._written(given)
        try:
            text = self._text.get_template(f"{kind}.jinja").render(values)
            html = self._html.get_template(f"{kind}.jinja").render(values)
        except UndefinedError as error:
            raise KeyError(f"{self._language}/{kind}: {error.message}") from error
        except TemplateNotFound as error:
            raise KeyError(f"{self._language}/{error.name}: no such e-mail") from error
        subject, _, body = text.strip().partition("\n")
        return RenderedEmail(
            subject.removeprefix(_SUBJECT), body.strip() + "\n", html.lstrip(), self._language
        )

    def translate(self, section: str, code: str, params: Mapping[str, Any]) -> str:
        """Return the text of a code, with its parameters filled in."""
        return self._texts[section][code].format_map(self._written(sanitize_params(params)))

    def _written(self, params: Mapping[str, Any]) -> dict[str, str]:
        """Return the values for texts, as this language writes them."""
        written = {
            name: self._writers.get(name, str)(value)
            for name, value in params.items()
            if value is not None
        }
        return {"support_email": self._support_email, **written}

    def format_date(self, iso: str | date) -> str:
        """Write a date out."""
        day = iso if isinstance(iso, date) else date.fromisoformat(iso)
        return self._texts["forms"]["day"].format(date=format_date(day, "long", self._locale))

    def format_datetime(self, iso: str | datetime) -> str:
        """Write an instant out in its own offset, which is the market's zone."""
        instant = iso if isinstance(iso, datetime) else datetime.fromisoformat(iso)
        day = format_date(instant.date(), "long", self._locale)
        clock = format_time(instant.time(), "short", locale=self._locale)
        return self._texts["forms"]["instant"].format(date=day, time=clock)

    def format_money(self, money: Mapping[str, str]) -> str:
        """Write `{"amount": "12.50", "currency": "PLN"}` out, with plain spaces."""
        formatted = format_currency(
            Decimal(money["amount"]), money["currency"], locale=self._locale
        )
        spaced = re.sub(r"(?<=[A-Z])(?=\d)", " ", formatted)  # Babel writes PLN40.00
        return spaced.replace("\u00a0", " ").replace("\u202f", " ")

    @pass_context
    def _reason(self, context: Context, reason: Mapping[str, Any]) -> str:
        """Return one reason of the e-mail `claim_not_accepted`, with the dates of the e-mail."""
        names = ("available_from", "last_day", "existing_ticket")
        params = {**reason, **{name: context.get(name) for name in names}}
        return self.render_reason(reason["code"], reason.get("field"), params)

    def render_reason(self, code: str, field: str | None, params: Mapping[str, Any]) -> str:
        """Return why a claim was not accepted."""
        known, outer = self._texts["fields"], (field or "").partition(".")[0]
        values = {
            "available_from": params.get("available_from"),
            "last_day": params.get("last_day"),
            "existing_ticket": params.get("existing_ticket"),
            "field": params.get("label") or known.get(field or "") or known.get(outer, field),
            "expected": self.expectation(params.get("expected"), params.get("example")),
        }
        return self.translate("codes", code, values)

    def expectation(self, code: str | None, example: str | None) -> str:
        """Return what was expected, with the field's own example where it has one."""
        if example and code in self._texts["expected_example"]:
            return self.translate("expected_example", code, {"example": example})
        return self._texts["expected"].get(code or "", self._texts["expected"]["unclear"])


def _read_texts(language: str) -> dict[str, dict[str, str]]:
    text = (TEMPLATES / f"phrases.{language}.toml").read_text(encoding="utf-8")
    texts: dict[str, dict[str, str]] = tomllib.loads(text)
    return texts


def _unlinked(text: str) -> str:
    """Return quoted text without quotation marks."""
    return quoted(text, mark="")


def _quoted(text: str) -> str:
    """Return quoted text as one item of a list."""
    first, *rest = _unlinked(text).split("\n")
    return "\n".join([f"> - {first}", *(f">   {line}".rstrip() for line in rest)])


def _reject_none(value: Any) -> Any:
    if value is None:
        raise KeyError("a null where the e-mail needs a value")
    return value
