"""Record the history of each path: `python -m scripts.record_histories [PATH...]`.

Record only for an intended change of the workflow. After the first release the files are frozen:
running tickets replay such histories.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from process.exit_process import exit_process
from tests.support.databases import fresh_database, running_server
from tests.support.workflow.profiles import secrets
from tests.support.workflow.recorded_paths import PATHS
from tests.support.workflow.setup import open_environment

FOLDER: Final = Path(__file__).parents[1] / "tests" / "histories"


async def record(names: Sequence[str]) -> None:
    """Run these paths and write their histories to `tests/histories/`."""
    os.environ |= secrets()
    async with running_server() as server:
        for name in names:
            path = PATHS[name]
            with tempfile.TemporaryDirectory() as emails:
                async with (
                    fresh_database(server) as url,
                    open_environment(url, Path(emails), velotel=path.velotel) as env,
                ):
                    await path.run(env)
                    await env.wait_until_closed()
                    events = (await env.handle.fetch_history()).to_json_dict()
            _write(name, {"workflow_id": env.number, "history": without_stack_traces(events)})


def without_stack_traces(content: Any) -> Any:
    """Return the same JSON without stack traces, which name folders of this machine."""
    if isinstance(content, dict):
        rest = {key: one for key, one in content.items() if key != "stackTrace"}
        return {key: without_stack_traces(one) for key, one in rest.items()}
    return [without_stack_traces(one) for one in content] if isinstance(content, list) else content


def _write(name: str, recorded: dict[str, Any]) -> None:
    text = json.dumps(recorded, indent=1, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(f"{name}: {len(recorded['history']['events'])} events")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(record(sys.argv[1:] or list(PATHS)))
    exit_process(0)
