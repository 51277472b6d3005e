"""The fields of a partner's form (R17-R19)."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from domain.partners.claim_kind import ClaimKind
from domain.partners.file_checks import is_from_file
from domain.partners.market import LANGUAGES, MarketLanguage
from domain.partners.patterns import compile_pattern
from domain.values.types import StrictModel

Labels = dict[MarketLanguage, Annotated[str, Field(min_length=1, max_length=500)]]


def _check_pattern(text: str, info: ValidationInfo) -> str:
    if is_from_file(info):
        compile_pattern(text)
    return text


class FormField(StrictModel):
    """A field of the partner's form (R17-R19), for some kinds of claims or for all."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
    label: Labels
    help: Labels = {}
    type: Literal["text", "date", "number", "email", "choice"] = "text"
    pattern: Annotated[str, AfterValidator(_check_pattern)] | None = None
    options: dict[str, Labels] = {}
    required: bool = True
    is_order_number: bool = False
    anchor: Literal["activation", "contract_start"] | None = None
    kinds: tuple[ClaimKind, ...] = tuple(ClaimKind)

    @model_validator(mode="after")
    def _validate(self) -> Self:
        if missing := set(LANGUAGES) - self.label.keys():
            raise ValueError(f"label: expected a text in {', '.join(sorted(missing))} too")
        if (self.type == "choice") != bool(self.options):
            raise ValueError("options: expected for a field of type choice, and for no other")
        if self.anchor and self.type != "date":
            raise ValueError("anchor: expected only on a field of type date")
        if self.is_order_number and not self.required:
            raise ValueError("is_order_number: expected only on a required field")
        return self
