"""The fields of a partner's form (R17-R19)."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from domain.partners.claim_kind import ClaimKind
from domain.partners.file_checks import is_from_file
from domain.partners.market import LANGUAGES, MarketLanguage
from domain.partners.patterns import compile_pattern, matches
from domain.values.types import StrictModel, matching

_FIELD_NAME: Final = "lower-case letters, digits and underscores, such as order_number"
Labels = dict[MarketLanguage, Annotated[str, Field(min_length=1, max_length=500)]]


def _check_pattern(text: str, info: ValidationInfo) -> str:
    if is_from_file(info):
        compile_pattern(text)
    return text


class FormField(StrictModel):
    """A field of the partner's form (R17-R19), for some kinds of claims or for all."""

    name: Annotated[str, matching("[a-z][a-z0-9_]{0,60}", _FIELD_NAME)]
    label: Labels
    help: Labels = {}
    type: Literal["text", "date", "number", "email", "choice"] = "text"
    pattern: Annotated[str, AfterValidator(_check_pattern)] | None = None
    example: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """An answer that is accepted, shown to who gave another one."""
    options: dict[str, Labels] = {}
    required: bool = True
    is_order_number: bool = False
    anchor: Literal["activation", "contract_start"] | None = None
    kinds: tuple[ClaimKind, ...] = tuple(ClaimKind)

    @model_validator(mode="after")
    def _validate(self, info: ValidationInfo) -> Self:
        if is_from_file(info):
            self._check()
        return self

    def _check(self) -> None:
        if missing := set(LANGUAGES) - self.label.keys():
            raise ValueError(f"label: expected a text in {', '.join(sorted(missing))} too")
        if (self.type == "choice") != bool(self.options):
            raise ValueError("options: expected for a field of type choice, and for no other")
        if self.anchor and self.type != "date":
            raise ValueError("anchor: expected only on a field of type date")
        if self.example and self.pattern and not matches(self.pattern, self.example):
            raise ValueError("example: expected one that the pattern accepts")
        if self.is_order_number and not self.required:
            raise ValueError("is_order_number: expected only on a required field")

    def label_in(self, language: str) -> str:
        """Return the label in `language`, in another one, or the name: stored rules lack a language
        that was added later.
        """
        return _text(self.label, language) or self.name

    def option_in(self, language: str, option: str) -> str:
        """Return the label of an option as `label_in` does; an unknown option stays as it is."""
        return _text(self.options.get(option, {}), language) or option

    def help_in(self, language: str) -> str:
        """Return the help text, "" if there is none in `language`."""
        return next((text for key, text in self.help.items() if key == language), "")


def _text(texts: Mapping[MarketLanguage, str], language: str) -> str:
    known = {str(key): text for key, text in texts.items()}
    return known.get(language) or known.get("en") or next(iter(known.values()), "")
