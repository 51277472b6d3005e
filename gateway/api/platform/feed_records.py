"""Reading and storing records of the feed, each with its own result."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from adapters.postgres.database import Database
from adapters.postgres.platform.feed import UpsertResult
from domain.codes import RefusalCode
from gateway.api.schemas.feed import LinkRecord, RecordResult, RecordResults, RewardRecord
from gateway.http.caller import Caller
from gateway.http.field_errors import field_errors
from gateway.http.problems import FieldError, Problem

_ID: Final = "[!-~]{1,200}"
Record = TypeVar("Record", LinkRecord, RewardRecord)


def read_record(
    model: type[Record], content: Any, id_field: str, caller: Caller
) -> Record | RecordResult:
    """Read a record; return its result instead if it is malformed or forbidden to the caller."""
    found = content.get(id_field) if isinstance(content, dict) else None
    record_id = found if isinstance(found, str) and re.fullmatch(_ID, found) else None
    try:
        record = model.model_validate(content)
    except ValidationError as error:
        wrong = field_errors(error.errors(include_url=False))
        errors = [FieldError(field=field, expected=expected) for field, expected in wrong.items()]
        return RecordResult(id=record_id, result="malformed", errors=errors)
    if not caller.may_access_account(record.account_id):
        return record_result(record_id, UpsertResult.FORBIDDEN)
    return record


async def store_valid(
    database: Database,
    records: Sequence[Record | RecordResult],
    id_field: str,
    caller: Caller,
    store: Callable[[Database, Sequence[Record], bool], Awaitable[list[UpsertResult]]],
) -> RecordResults:
    """Store the records that could be read; return a result for each record, in their order."""
    valid = [one for one in records if not isinstance(one, RecordResult)]
    stored = iter(await store(database, valid, caller.may_access_all_accounts) if valid else [])
    results = [
        one
        if isinstance(one, RecordResult)
        else record_result(getattr(one, id_field), next(stored))
        for one in records
    ]
    return RecordResults(results=results)


def record_result(record_id: str | None, stored: UpsertResult) -> RecordResult:
    """Return the result of a record that was read."""
    return RecordResult(id=record_id, result=stored.value)


def require_matching_id(in_path: str, in_record: str) -> None:
    """Raise `id_mismatch` unless path and record name the same thing (RFC 9110, 9.3.4)."""
    if in_path != in_record:
        raise Problem(RefusalCode.ID_MISMATCH)


def single_result(record_id: str, stored: UpsertResult) -> RecordResult:
    """Return the result of a single record; raises `forbidden`."""
    if stored is UpsertResult.FORBIDDEN:
        raise Problem(RefusalCode.FORBIDDEN)
    return record_result(record_id, stored)
