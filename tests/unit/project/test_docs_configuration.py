"""docs/configuration.md names every setting and every key of a partner's file, and no other."""

import importlib
import pkgutil
import re
import types
from collections.abc import Iterator
from typing import Annotated, Union, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic_settings import BaseSettings

import settings
from domain.partners.profile import PartnerProfile
from local.stack.ports import Ports
from tests.support.documents import prose, section

PAGE = "docs/configuration.md"
LOCAL = "TICKETS_LOCAL_"
TABLES = {
    "market": "`[market]`",
    "cancellation": "`[cancellation]`",
    "response": "`[response]`",
    "information": "`[information]`",
    "limits": "`[limits]`",
    "fields": "`[[fields]]`",
}
"""Tables of a partner's file, and the sections that describe them."""


def keys(title: str) -> set[str]:
    """The keys that a section's table describes."""
    return set(re.findall(r"^\| `(\w+)` \|", section(PAGE, title), re.M))


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """The models that a field's type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType, tuple, Annotated):
        for part in get_args(annotation):
            yield from models_in(part)


def subclasses(model: type[BaseSettings]) -> Iterator[type[BaseSettings]]:
    """The settings models of our own, at any depth."""
    for one in model.__subclasses__():
        yield one
        yield from subclasses(one)


def aliases() -> set[str]:
    """The names of all settings of worker, gateway and command line."""
    for module in pkgutil.iter_modules(settings.__path__, "settings."):
        importlib.import_module(module.name)
    models = [one for one in subclasses(BaseSettings) if one.__module__.startswith("settings")]
    fields = [field for model in models for field in model.model_fields.values()]
    return {str(field.alias) for field in fields}


def test_every_setting_is_described() -> None:
    text = prose(PAGE)
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.M))
    local = {f"{LOCAL}{name.upper()}" for name in Ports.model_fields}
    assert sorted(named) == sorted(aliases() | local)


def test_every_key_at_the_top_of_a_partners_file_is_described() -> None:
    (rules,) = models_in(PartnerProfile.model_fields["rules"].annotation)
    assert keys("Top level") == set(rules.model_fields) - TABLES.keys()


@pytest.mark.parametrize("table", ["", *TABLES])
def test_keys_without_a_default_are_described_as_required(table: str) -> None:
    (model,) = models_in(PartnerProfile.model_fields["rules"].annotation)
    if table:
        (model,) = models_in(model.model_fields[table].annotation)
    rows = re.findall(
        r"^\| `(\w+)` \|[^|]+\| required \|", section(PAGE, TABLES.get(table, "Top level")), re.M
    )
    needed = {name for name, field in model.model_fields.items() if field.is_required()}
    assert set(rows) == needed - TABLES.keys()


@pytest.mark.parametrize("table", TABLES)
def test_every_key_of_a_table_of_a_partners_file_is_described(table: str) -> None:
    (rules,) = models_in(PartnerProfile.model_fields["rules"].annotation)
    (model,) = models_in(rules.model_fields[table].annotation)
    assert keys(TABLES[table]) == set(model.model_fields)


def test_every_key_of_a_channel_is_described() -> None:
    channels = list(models_in(PartnerProfile.model_fields["channel"].annotation))
    assert keys("`[channel]`") == {name for model in channels for name in model.model_fields}
