"""A partner's form fields on a page: rendered with label, help, value and error (R17-R19).

Values travel from the page to the domain and back unchanged, under the names of the inputs.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.datastructures import FormData

from adapters.email.renderer import EmailRenderer
from domain.partners.form_fields import FormField
from domain.values.types import FrozenModel

FIELD_PREFIX: Final = "answer-"
"""Prefix of a partner's field, so that it never has the name of a field of ours."""
FormValues = Mapping[str, str]
"""What was typed, by the names of the inputs."""
_END_OF_SENTENCE: Final = ("?", "!", ".", ":", "…")


class RenderedField(FrozenModel):
    """A field as the page shows it; `error` is a sentence, `options` pairs of code and label."""

    name: str
    label: str
    help: str
    type: str
    required: bool
    value: str
    error: str
    options: tuple[tuple[str, str], ...] = ()
    is_long: bool = False
    """Free text may need room: the input grows with it."""


def read_values(form: FormData, names: Sequence[str]) -> dict[str, str]:
    """Return the values of the inputs with these names, without surrounding space."""
    found = {name: form.get(name) for name in names}
    return {name: normalize_input(text) for name, text in found.items() if isinstance(text, str)}


def normalize_input(text: str) -> str:
    """Return a value with `\\n` line ends: browsers send two characters and count them as one."""
    return text.replace("\r\n", "\n").strip()


def input_names(fields: Sequence[FormField]) -> list[str]:
    """Return the names of the inputs of a partner's fields."""
    return [FIELD_PREFIX + field.name for field in fields]


def to_answers(fields: Sequence[FormField], values: FormValues) -> dict[str, str]:
    """Return the answers by field; an empty input is no answer."""
    found = {field.name: values.get(FIELD_PREFIX + field.name) for field in fields}
    return {name: text for name, text in found.items() if text}


def render_fields(
    fields: Sequence[FormField], values: FormValues, errors: Mapping[str, str], language: str
) -> list[RenderedField]:
    """Prepare fields for the page, with `values` and `errors` by the names of the inputs."""
    return [
        RenderedField(
            name=FIELD_PREFIX + field.name,
            label=field.label_in(language),
            help=field.help_in(language),
            type=field.type,
            required=field.required,
            value=values.get(FIELD_PREFIX + field.name, ""),
            error=errors.get(FIELD_PREFIX + field.name, ""),
            is_long=field.type == "text" and not (field.pattern or field.is_order_number),
            options=tuple((code, field.option_in(language, code)) for code in field.options),
        )
        for field in fields
    ]


def error_message(
    emails: EmailRenderer, language: str, expected: str, example: str | None = None
) -> str:
    """Return what a field expects as a sentence of its own; `expected` is a sub-code."""
    return capitalize(emails.expectation(language, expected, example))


def capitalize(text: str) -> str:
    """Return the text with its first letter in upper case, and all others unchanged."""
    return text[:1].upper() + text[1:]


def error_summary(labels: Mapping[str, str], errors: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return pairs of input name and message for the top of the page, in the order of `labels`.

    Errors of no input come last, under an empty name.
    """
    named = [(name, _with_label(labels[name], errors[name])) for name in labels if name in errors]
    return named + [("", text) for name, text in errors.items() if name not in labels]


def _with_label(label: str, text: str) -> str:
    return f"{label} {text}" if label.endswith(_END_OF_SENTENCE) else f"{label}: {text}"
