"""Fields of a partner's form on a page: shown with help, value and error, and read back (R17-R19).

What was typed goes from the page to the domain and back as it is, by the names of the inputs.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.datastructures import FormData

from adapters.email.renderer import LetterBook
from domain.partners.profile import FormField
from domain.values.types import FrozenModel

PREFIX: Final = "answer-"
"""Before the name of a partner's field, so that it is never the name of a field of ours."""
Typed = Mapping[str, str]
"""What was typed, by the names of the inputs."""


class Shown(FrozenModel):
    """A field as the page shows it; `error` is a sentence, `options` pairs of code and words."""

    name: str
    label: str
    help: str
    type: str
    required: bool
    value: str
    error: str
    options: tuple[tuple[str, str], ...] = ()
    is_long: bool = False
    """Words without a form of their own may need room: the input grows with them."""


def typed_in(form: FormData, names: Sequence[str]) -> dict[str, str]:
    """Return what was typed into the inputs of these names, without space around it."""
    found = {name: form.get(name) for name in names}
    return {name: as_meant(text) for name, text in found.items() if isinstance(text, str)}


def as_meant(text: str) -> str:
    """Take a field as it was meant: browsers send each end of a line as two characters, and count
    it as one.
    """
    return text.replace("\r\n", "\n").strip()


def inputs(fields: Sequence[FormField]) -> list[str]:
    """Return the names of the inputs of a partner's fields."""
    return [PREFIX + field.name for field in fields]


def answers_of(fields: Sequence[FormField], typed: Typed) -> dict[str, str]:
    """Return the answers that were given; an empty input is none."""
    found = {field.name: typed.get(PREFIX + field.name) for field in fields}
    return {name: text for name, text in found.items() if text}


def shown(
    fields: Sequence[FormField], typed: Typed, errors: Mapping[str, str], language: str
) -> list[Shown]:
    """Describe fields to the page, `typed` and `errors` by the names of the inputs."""
    return [
        Shown(
            name=PREFIX + field.name,
            label=_in(field.label, language),
            help=_in(field.help, language),
            type=field.type,
            required=field.required,
            value=typed.get(PREFIX + field.name, ""),
            error=errors.get(PREFIX + field.name, ""),
            is_long=field.type == "text" and not (field.pattern or field.is_order_number),
            options=tuple((code, _in(label, language)) for code, label in field.options.items()),
        )
        for field in fields
    ]


def sentence(book: LetterBook, language: str, expected: str) -> str:
    """Say what a field expects, as a sentence that stands alone."""
    try:
        words = book.phrase(language, "expected", expected)
    except KeyError:
        words = book.phrase(language, "expected", "unclear")
    return capital(words)


def capital(words: str) -> str:
    """Begin words with a capital letter."""
    return words[:1].upper() + words[1:]


def summed_up(labels: Mapping[str, str], errors: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the errors for the top of the page, in the order of the inputs that `labels` names."""
    named = [(name, _named(labels[name], errors[name])) for name in labels if name in errors]
    return named + [("", words) for name, words in errors.items() if name not in labels]


def _named(label: str, words: str) -> str:
    return f"{label} {words}" if label.endswith(("?", "!", ".", ":", "…")) else f"{label}: {words}"


def _in(texts: Mapping[Any, str], language: str) -> str:
    return texts.get(language, "")
