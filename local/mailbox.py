"""The mail catcher: `python -m local.mailbox --smtp-port N --web-port N --folder DIR`.

Takes letters for every address by SMTP and shows them on a page. Like a good mail server it takes
a letter whose Message-ID it has already, and stores it once.
"""

import argparse
import asyncio
from pathlib import Path

from local.leaving import leave
from local.mailbox_letters import Letterbox
from local.mailbox_smtp import Behaviour, listen
from local.mailbox_web import MailboxPages
from local.serving import expect_signals, server


async def serve(smtp_port: int, web_port: int, folder: Path) -> None:
    """Run both sides until a signal comes."""
    box, behaviour = Letterbox(folder), Behaviour()
    door = await listen(box, behaviour, smtp_port)
    try:
        await server(MailboxPages(box, behaviour).application(), web_port).serve()
    finally:
        door.close()


def main() -> None:
    """Read the options, serve, leave."""
    parser = argparse.ArgumentParser(prog="python -m local.mailbox", description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    expect_signals()
    asyncio.run(serve(options.smtp_port, options.web_port, options.folder))
    leave(0)


if __name__ == "__main__":
    main()
