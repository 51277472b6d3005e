"""The mail catcher: `python -m local.mail_catcher --smtp-port N --web-port N --folder DIR`.

Accepts e-mails for every address by SMTP and shows them on a page. An e-mail whose Message-ID is
known is accepted, and stored once.
"""

import argparse
import asyncio
from pathlib import Path

from local.http_server import ignore_signals, server
from local.mail_catcher.smtp import SmtpBehavior, listen
from local.mail_catcher.store import MailStore
from local.mail_catcher.web import MailPages
from process.exit_process import exit_process


async def serve(smtp_port: int, web_port: int, folder: Path) -> None:
    """Run both servers until a signal."""
    store, behaviour = MailStore(folder), SmtpBehavior()
    smtp_server = await listen(store, behaviour, smtp_port)
    try:
        await server(MailPages(store, behaviour).application(), web_port).serve()
    finally:
        smtp_server.close()


def main() -> None:
    """Read the options, serve, leave."""
    parser = argparse.ArgumentParser(prog="python -m local.mail_catcher", description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    ignore_signals()
    asyncio.run(serve(options.smtp_port, options.web_port, options.folder))
    exit_process(0)


if __name__ == "__main__":
    main()
