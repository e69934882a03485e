"""`python -m services.console api` serves the subscription API; `... users` keeps its users."""

import argparse
import sys
from collections.abc import Sequence

from services.console import users_command
from services.console.settings import read_settings
from shared.runtime.server import serve
from shared.runtime.settings import SettingsError, refuse_to_start
from shared.store.connection import connect
from shared.store.durability import volatility

THREADS = 16


def main(arguments: Sequence[str] | None = None) -> int:
    """What the process answers."""
    parser = argparse.ArgumentParser(prog="python -m services.console", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("api", help="serve the subscription API")
    users_command.add_to(commands.add_parser("users", help="who may use console and API"))
    asked = parser.parse_args(arguments)
    return _serve() if asked.command == "api" else users_command.run(asked)


def _serve() -> int:
    try:
        settings = read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)
    if not settings.store.may_be_volatile and (faults := volatility(connect(settings.redis_url, demand_durable=True))):
        refuse_to_start(faults)
    serve("services.console.wsgi:build_app", settings.host, settings.port, workers=1, threads=THREADS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
