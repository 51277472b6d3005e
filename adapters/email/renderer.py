"""Letters and coded phrases in the member's language, from the files in `templates/`.

Only this file knows Jinja2 and Babel. Templates are strict: a letter or a phrase that lacks a
value is not written at all.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
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

from adapters.email.quotation import quoted

TEMPLATES: Final = Path(__file__).parent / "templates"
LOCALES: Final = {"pl": "pl", "de": "de", "en": "en_GB"}
MULTILINE_PARAMS: Final = frozenset({"questions"})

_LINE_ENDS: Final = {"\r\n": "\n", "\r": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
_BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SUBJECT: Final = "Subject: "


@dataclass(frozen=True)
class RenderedEmail:
    """One letter, ready to send: `subject` is one line, `language` is pl, de or en."""

    subject: str
    text: str
    html: str
    language: str


class EmailRenderer:
    """Every letter and phrase in every language; loaded once, safe to share between tasks."""

    def __init__(self, support_email: str) -> None:
        """Load the phrases; `support_email` is the e-mail address of customer service."""
        self._locales = {language: _LocaleRenderer(language, support_email) for language in LOCALES}

    def render(self, kind: str, language: str, params: Mapping[str, Any]) -> RenderedEmail:
        """Write the letter `kind` (the eight of `product.md`, R26-R28, R34) with JSON `params`.

        Raises KeyError naming a parameter that is missing, or an unknown kind or language;
        ValueError for a date that is not ISO.
        """
        return self._locales[language].letter(kind, params)

    def render_reason(
        self, language: str, code: str, field: str | None, told: Mapping[str, Any]
    ) -> str:
        """Say why a claim was not accepted (`codes.<code>`).

        `told` may hold available_from, last_day, existing_ticket, the sub-code `expected`, and the
        form's own `label` of the field; a field that no form has is called by `fields.<field>`.
        """
        return self._locales[language].render_reason(code, field, told)

    def translate(self, language: str, section: str, code: str, **params: Any) -> str:
        """Say a code in words: `section` is a table of `phrases.<language>.toml`.

        `available_from` is an ISO instant with offset, `last_day` an ISO date; both are written
        out in the language. Raises KeyError naming a code or parameter that is missing or None.
        """
        return self._locales[language].translate(section, code, params)

    def format_date(self, language: str, iso: str) -> str:
        """Write an ISO date out."""
        return self._locales[language].format_date(iso)

    def format_datetime(self, language: str, iso: str) -> str:
        """Write an ISO instant out, as the clock of its own offset shows it."""
        return self._locales[language].format_datetime(iso)

    def format_money(self, language: str, money: Mapping[str, str]) -> str:
        """Write `{"amount": "12.50", "currency": "PLN"}` out."""
        return self._locales[language].format_money(money)


class _LocaleRenderer:
    """One language: its templates, its phrases, its way to write dates and money."""

    def __init__(self, language: str, support_email: str) -> None:
        self._language = language
        self._locale = Locale.parse(LOCALES[language])
        self._support_email = support_email
        self._texts = _read_texts(language)
        self._environment = self._new_environment()

    def _new_environment(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader([TEMPLATES / self._language, TEMPLATES]),
            undefined=StrictUndefined,
            autoescape=select_autoescape(enabled_extensions=("html",), default=False),
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_reject_none,
            auto_reload=False,
        )
        environment.globals |= {"language": self._language, "words": self._texts["layout"]}
        environment.filters |= {
            "date": self.format_date,
            "instant": self.format_datetime,
            "money": self.format_money,
            "rejection": self._rejection,
            "reason": self._reason,
            "unlinked": _unlinked,
            "quoted": _quoted,
        }
        return environment

    def letter(self, kind: str, params: Mapping[str, Any]) -> RenderedEmail:
        values = {"support_email": self._support_email, **_sanitize_params(params)}
        try:
            text = self._environment.get_template(f"{kind}.txt").render(values)
            html = self._environment.get_template(f"{kind}.html").render(values)
        except UndefinedError as error:
            raise KeyError(f"{self._language}/{kind}: {error.message}") from error
        except TemplateNotFound as error:
            raise KeyError(f"{self._language}/{error.name}: no such letter") from error
        subject, _, body = text.partition("\n")
        return RenderedEmail(
            subject.removeprefix(_SUBJECT), body.strip() + "\n", html, self._language
        )

    def translate(self, section: str, code: str, params: Mapping[str, Any]) -> str:
        given = {name: value for name, value in params.items() if value is not None}
        values = {"support_email": self._support_email, **_sanitize_params(given)}
        if "available_from" in values:
            values["available_from"] = self.format_datetime(values["available_from"])
        if "last_day" in values:
            values["last_day"] = self.format_date(values["last_day"])
        return self._texts[section][code].format_map(values)

    def format_date(self, iso: str | date) -> str:
        day = iso if isinstance(iso, date) else date.fromisoformat(iso)
        return format_date(day, "long", self._locale)

    def format_datetime(self, iso: str | datetime) -> str:
        """Write the moment as the clock of its own offset shows it: that is the market's zone."""
        moment = iso if isinstance(iso, datetime) else datetime.fromisoformat(iso)
        clock = format_time(moment.time(), "short", locale=self._locale)
        return self.translate(
            "forms", "instant", {"date": self.format_date(moment.date()), "time": clock}
        )

    def format_money(self, money: Mapping[str, str]) -> str:
        """Write `{"amount": "12.50", "currency": "PLN"}`, with plain spaces so it can be found."""
        written = format_currency(Decimal(money["amount"]), money["currency"], locale=self._locale)
        apart = re.sub(r"(?<=[A-Z])(?=\d)", " ", written)  # Babel writes PLN40.00
        return apart.replace("\u00a0", " ").replace("\u202f", " ")

    def _rejection(self, reason_code: str) -> str:
        return self.translate("rejections", reason_code, {})

    @pass_context
    def _reason(self, context: Context, reason: Mapping[str, Any]) -> str:
        """Say one reason of `claim_not_accepted`, with the dates and the number of its letter."""
        names = ("available_from", "last_day", "existing_ticket")
        told = {**reason, **{name: context.get(name) for name in names}}
        return self.render_reason(reason["code"], reason.get("field"), told)

    def render_reason(self, code: str, field: str | None, told: Mapping[str, Any]) -> str:
        known, outer = self._texts["fields"], (field or "").partition(".")[0]
        values = {
            "available_from": told.get("available_from"),
            "last_day": told.get("last_day"),
            "existing_ticket": told.get("existing_ticket"),
            "field": told.get("label") or known.get(field or "") or known.get(outer, field),
            "expected": self._texts["expected"][told.get("expected") or "unclear"],
        }
        return self.translate("codes", code, values)


def _read_texts(language: str) -> dict[str, dict[str, str]]:
    text = (TEMPLATES / f"phrases.{language}.toml").read_text(encoding="utf-8")
    phrases: dict[str, dict[str, str]] = tomllib.loads(text)
    return phrases


def _unlinked(text: str) -> str:
    """Return words of others on one page: what `quoted` gives, without marks."""
    return quoted(text, mark="")


def _quoted(text: str) -> str:
    """Return words of others as one item of a quoted list."""
    first, *rest = _unlinked(text).split("\n")
    return "\n".join([f"> - {first}", *(f">   {line}".rstrip() for line in rest)])


def _reject_none(value: Any) -> Any:
    if value is None:
        raise KeyError("a null where the letter needs a value")
    return value


def _sanitize_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Take from every text what could break a letter's layout; the words stay as they are."""
    return {name: _sanitize(value, name in MULTILINE_PARAMS) for name, value in params.items()}


def _sanitize(value: Any, is_multiline: bool) -> Any:
    if isinstance(value, str):
        lines = strip_control_characters(value).strip()
        return lines if is_multiline else " ".join(lines.split("\n"))
    if isinstance(value, Mapping):
        return {key: _sanitize(item, is_multiline) for key, item in value.items()}
    if isinstance(value, list | tuple):
        tamed = [_sanitize(item, is_multiline) for item in value]
        return [item for item in tamed if item or not is_multiline]  # words of nothing ask nothing
    return value


def strip_control_characters(text: str) -> str:
    """Take from a text what nobody sees and what turns the reading direction; lines end alike."""
    for line_end, newline in _LINE_ENDS.items():
        text = text.replace(line_end, newline)
    return "".join(character for character in text if _is_allowed_character(character))


def _is_allowed_character(character: str) -> bool:
    """Tell controls, lone surrogates and marks that turn the reading direction from text."""
    if character in "\n\t":
        return True
    return unicodedata.category(character) not in ("Cc", "Cs") and character not in _BIDI_CONTROLS
