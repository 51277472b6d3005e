"""Every transaction is repeated after a migration invalidated a plan of it, and can be."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from adapters.postgres.database import OutdatedPlan, repeat_after_migration

FOLDER: Final = Path(__file__).resolve().parents[3] / "adapters" / "postgres"
NOT_REPEATED: Final = {
    "iter_exported_claims",  # of a command, whose process prepares each statement once
}  # fmt: skip
USED_UP: Final = ("Iterable", "Iterator", "Generator")
"""Parameters that a second call may find empty."""


def functions() -> Iterator[tuple[str, ast.AsyncFunctionDef]]:
    """Yield the functions in which a transaction begins, apart from those of migrations."""
    for file in FOLDER.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.AsyncFunctionDef) and file.parent.name != "schema":
                text = ast.get_source_segment(source, node) or ""
                if ".transaction()" in text and file.name != "database.py":
                    yield f"{file.name}: {node.name}", node


@pytest.mark.parametrize(("name", "function"), list(functions()))
def test_each_is_repeated_and_its_parameters_can_be_read_twice(
    name: str, function: ast.AsyncFunctionDef
) -> None:
    if function.name in NOT_REPEATED:
        return
    assert [ast.unparse(one) for one in function.decorator_list] == ["repeat_after_migration"]
    parameters = ast.unparse(function.args)
    assert not [kind for kind in USED_UP if kind in parameters]
    begun = ast.unparse(function).count(".transaction()")
    assert begun == 1, "the first transaction would be committed when the second is repeated"


async def test_it_is_repeated_once() -> None:
    calls: list[str] = []

    @repeat_after_migration
    async def fail_often(times: int, *, text: str) -> int:
        calls.append(text)
        if len(calls) <= times:
            raise OutdatedPlan
        return len(calls)

    assert await fail_often(1, text="x") == 2
    with pytest.raises(OutdatedPlan):
        await fail_often(5, text="y")
    assert calls == ["x", "x", "y", "y"]
