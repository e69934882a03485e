"""The operator's commands: look at flows, and settle unmatched money.

python -m services.worker.operator unmatched
python -m services.worker.operator show FLOW_ID
python -m services.worker.operator assign FLOW_ID LOAN_ID [--as NAME]
python -m services.worker.operator return FLOW_ID REASON [--as NAME]
"""

import argparse
import getpass
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from services.worker.bootstrap import STORE_TIMEOUT_SECONDS, build_office
from services.worker.handlers.operate import CannotBeDoneError, assign, send_back
from services.worker.settings import WorkerSettings, read_settings
from shared.domain.money import pounds
from shared.domain.posting import Posting
from shared.domain.transitions import PostingState
from shared.runtime.celery_app import make_celery
from shared.runtime.publisher import Publisher, PublishError
from shared.runtime.settings import SettingsError, refuse_to_start
from shared.store.connection import connect
from shared.store.journal import Journal

MOST_ROWS = 500


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it was done, 1 when it cannot be done; the sentence says why."""
    asked = _parser().parse_args(arguments)
    try:
        settings = read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)
    journal = Journal(connect(settings.redis_url, timeout_seconds=STORE_TIMEOUT_SECONDS))
    match asked.command:
        case "unmatched":
            return _show_unmatched(journal)
        case "show":
            return _show(asked.flow_id, journal)
    return _act(asked, settings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.worker.operator", description="Settle unmatched money.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("unmatched", help="the money that no loan claims, oldest first")
    commands.add_parser("show", help="the history of a flow").add_argument("flow_id")
    for name, what, aim in (
        ("assign", "post unmatched money on a loan", "loan_id"),
        ("return", "send unmatched money back", "reason"),
    ):
        command = commands.add_parser(name, help=what)
        command.add_argument("flow_id")
        command.add_argument(aim)
        command.add_argument("--as", dest="operator", default="", help="who it is written down for: you, unless told")
    return parser


def _act(asked: argparse.Namespace, settings: WorkerSettings) -> int:
    office, publisher = build_office(settings), Publisher(make_celery(settings.broker_url))
    operator = asked.operator or getpass.getuser()
    try:
        if asked.command == "assign":
            posting = assign(asked.flow_id, asked.loan_id, operator, office, publisher)
        else:
            posting = send_back(asked.flow_id, asked.reason, operator, office, publisher)
    except CannotBeDoneError as error:
        print(error, file=sys.stderr)
        return 1
    except PublishError:
        print("Written down; the broker is away, so it is done with the next sweep.")
        return 0
    print(f"{posting.id} is {posting.state} now.")
    return 0


def _show_unmatched(journal: Journal) -> int:
    table = Table("since", "id", "amount", "account", "from", "reference", "why")
    for flow_id in journal.in_state("repayment", PostingState.UNMATCHED, MOST_ROWS) + journal.in_state(
        "bank-disbursement", PostingState.UNMATCHED, MOST_ROWS
    ):
        posting = journal.load(flow_id)
        if isinstance(posting, Posting):
            money = posting.settlement
            amount = f"{money.direction} {pounds(money.amount_pence):,} {money.currency}"
            since = f"{money.settled_at:%Y-%m-%d %H:%M}" if money.settled_at else ""
            table.add_row(
                since, posting.id, amount, money.account_iban, money.counterpart_name, money.reference, posting.failure
            )
    Console().print(table)
    return 0


def _show(flow_id: str, journal: Journal) -> int:
    flow = journal.load(flow_id)
    if flow is None:
        print(f"There is no flow with the id {flow_id}.", file=sys.stderr)
        return 1
    table = Table("at", "what", "cause", "state", "outcome", "request id", "correlation id", title=flow_id)
    for entry in journal.history(flow_id):
        at = f"{entry.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(at, entry.what, entry.cause, entry.state, entry.outcome, entry.request_id, entry.correlation_id)
    Console().print(table)
    if flow.parked:
        print(f"It waits for a person: {flow.parked.code}: {flow.parked.reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
