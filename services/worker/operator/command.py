"""Which command does what, and what it answers: 0 done, 1 cannot be done (the sentence says why), 2 wrong settings."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from services.worker.bootstrap import build_office, store_of
from services.worker.handlers.office import Office
from services.worker.handlers.operate import CannotBeDoneError, assign, send_back
from services.worker.handlers.replay import dismiss, replay
from services.worker.handlers.resolve import hold, retry, settle_as_done, settle_as_not_done
from services.worker.operator import tables
from services.worker.settings import WorkerSettings, read_settings
from shared.domain.flows import Flow
from shared.runtime.celery_app import make_celery
from shared.runtime.publisher import Publisher, PublishError
from shared.runtime.settings import SettingsError, refuse_to_start

Act = Callable[[argparse.Namespace, str, Office, Publisher], str]


def main(arguments: Sequence[str] | None = None) -> int:
    """What the process answers."""
    asked = _parser().parse_args(arguments)
    try:
        settings = read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)
    if asked.command in _ACTS:
        return _act(asked, settings)
    return _LOOKS[asked.command](tables.Records(store_of(settings)), asked)


def _act(asked: argparse.Namespace, settings: WorkerSettings) -> int:
    publisher = Publisher(make_celery(settings.broker_url))
    try:
        office = build_office(settings, publisher)
        print(_ACTS[asked.command](asked, asked.operator or _user(), office, publisher))
    except CannotBeDoneError as error:
        print(error, file=sys.stderr)
        return 1
    except PublishError:
        print("Written down; the broker is away, so the next sweep sees to it.")
    return 0


def _readmit(records: tables.Records, asked: argparse.Namespace) -> int:
    if records.quarantine.readmit(asked.id, asked.operator or _user()):
        print(f"{asked.id} is worked on again.")
        return 0
    print(f"{asked.id} is not set aside: `parked` shows what is.", file=sys.stderr)
    return 1


def _user() -> str:
    """Who it is written down for. A container's user may have a number and no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _now(flow: Flow) -> str:
    return f"{flow.id} is {flow.state} now."


def _replay(asked: argparse.Namespace, operator: str, office: Office, publisher: Publisher) -> str:
    replay(asked.id, operator, office, publisher, is_sure=asked.sure)
    return f"The receipt {asked.id} is worked on again."


def _dismiss(asked: argparse.Namespace, operator: str, office: Office, _publisher: Publisher) -> str:
    dismiss(asked.id, asked.reason, operator, office)
    return f"The receipt {asked.id} is dealt with."


def _hold(asked: argparse.Namespace, operator: str, office: Office, _publisher: Publisher) -> str:
    held = hold(asked.id, asked.reason, operator, office)
    return f"{held.id} is {held.state} and waits for a person."


_LOOKS: Mapping[str, Callable[[tables.Records, argparse.Namespace], int]] = {
    "parked": lambda records, _: tables.show_parked(records),
    "stuck": lambda records, asked: tables.show_stuck(records, asked.older_than),
    "unmatched": lambda records, _: tables.show_unmatched(records),
    "show": lambda records, asked: tables.show_history(records, asked.id),
    "readmit": _readmit,
}

_ACTS: Mapping[str, Act] = {
    "assign": lambda asked, *who: _now(assign(asked.id, asked.loan_id, *who)),
    "return": lambda asked, *who: _now(send_back(asked.id, asked.reason, *who)),
    "hold": _hold,
    "retry": lambda asked, *who: _now(retry(asked.id, *who)),
    "done": lambda asked, *who: _now(settle_as_done(asked.id, asked.reference, asked.reason, *who)),
    "not-done": lambda asked, *who: _now(settle_as_not_done(asked.id, asked.reason, *who)),
    "replay": _replay,
    "dismiss": _dismiss,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.worker.operator", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("parked", help="what waits for a person, longest first")
    stuck = commands.add_parser("stuck", help="what nobody has touched for long though it is not over")
    stuck.add_argument("--older-than", type=int, default=3600, metavar="SECONDS")
    commands.add_parser("unmatched", help="the money that no loan claims, longest first")
    commands.add_parser("show", help="the history of a flow or a receipt").add_argument("id")
    for name, help_text, more in (
        ("hold", "keep a flow from its next step", ("reason",)),
        ("assign", "post unmatched money on a loan", ("loan_id",)),
        ("return", "send unmatched money back, for one of the scheme's reasons", ("reason",)),
        ("retry", "do the step again that a flow is parked at", ()),
        ("done", "the step was done by hand", ("reason",)),
        ("not-done", "the step was not done and shall not be", ("reason",)),
        ("replay", "work on a receipt again", ()),
        ("dismiss", "a receipt is dealt with", ("reason",)),
        ("readmit", "work again on a record that was set aside as unreadable", ()),
    ):
        command = commands.add_parser(name, help=help_text)
        command.add_argument("id")
        for argument in more:
            command.add_argument(argument)
        command.add_argument("--as", dest="operator", default="", help="who it is written down for: you, unless told")
        if name == "done":
            command.add_argument("--reference", default="", help="the other side's id for what was done")
        if name == "replay":
            command.add_argument("--sure", action="store_true", help="though the receipt is finished")
    return parser
