"""`make up` and `make down`: a stand that stays, and leaves its addresses where commands of this checkout find them."""

import contextlib
import json
import os
import signal
import threading
import time
from pathlib import Path

import psutil
from rich.table import Table

from deploy.local.addresses import is_free, promised_addresses
from deploy.local.environment import everything_given
from deploy.local.progress import output, starting
from deploy.local.stand import Stand, say
from deploy.local.store_server import NoServerError
from deploy.local.supervisor import StandError

FOLDER = Path(".causeway")
UP_ENV = FOLDER / "up.env"
PROCESSES = FOLDER / "up.json"
STOP_SECONDS = 30


def up() -> int:
    """Start what is missing and stay until Ctrl-C or `make down`."""
    if _supervisor_of_another_up():
        say("Already running: `make down` ends it.")
        return 0
    _end_leftovers()
    addresses = promised_addresses()
    if taken := [f"{port} ({name})" for name, port in addresses.ports.items() if not is_free(port)]:
        say(f"Somebody listens already on {', '.join(taken)}: end that, or set another port.")
        return 1
    stand = Stand(FOLDER.absolute(), addresses, everything_given(), with_flower=True, said=say)
    end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end.set())
    try:
        with starting(stand.names) as ready:
            _remember(stand)
            stand.start(ready)
        _remember(stand)
        _write_up_env(stand)
        _show(stand)
        while not end.wait(1):
            _remember(stand)
    except (StandError, NoServerError) as error:
        say(str(error))
        return 1
    finally:
        UP_ENV.unlink(missing_ok=True)
        stand.stop()
        PROCESSES.unlink(missing_ok=True)
        say("Everything has ended.")
    return 0


def down() -> int:
    """End the stand of this checkout, whatever state it is in."""
    supervisor = _supervisor_of_another_up()
    if supervisor:
        supervisor.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while _created(supervisor.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
    ended = _end_leftovers()
    say("Ended." if supervisor or ended else "Nothing is running.")
    return 0


def _remember(stand: Stand) -> None:
    """Which processes are ours: pid and time of creation, since pids are used again."""
    pids = {"supervisor": os.getpid(), **stand.supervisor.pids()}
    known = {name: [pid, created] for name, pid in pids.items() if (created := _created(pid))}
    FOLDER.mkdir(exist_ok=True)
    PROCESSES.write_text(json.dumps(known))


def _supervisor_of_another_up() -> psutil.Process | None:
    return next((process for name, process in _our_processes() if name == "supervisor"), None)


def _end_leftovers() -> bool:
    """End what a killed supervisor left running."""
    leftovers = [process for name, process in _our_processes() if name != "supervisor"]
    for process in leftovers:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    psutil.wait_procs(leftovers, timeout=5)
    UP_ENV.unlink(missing_ok=True)
    PROCESSES.unlink(missing_ok=True)
    return bool(leftovers)


def _our_processes() -> list[tuple[str, psutil.Process]]:
    try:
        known = json.loads(PROCESSES.read_text())
    except (OSError, ValueError):
        return []
    return [(name, psutil.Process(pid)) for name, (pid, created) in known.items() if _created(pid) == created]


def _created(pid: int) -> float | None:
    """When the process was made; None when it has ended, also when its parent has not noticed yet."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.NoSuchProcess:
        return None


def _write_up_env(stand: Stand) -> None:
    """In dotenv form; it holds secrets, so only its owner may read it."""
    UP_ENV.touch(mode=0o600)
    UP_ENV.write_text("".join(f"{name}='{value}'\n" for name, value in sorted(stand.environment.items())))


def _show(stand: Stand) -> None:
    url = stand.addresses.url
    table = Table(title="Causeway is up", title_justify="left")
    for column in ("what", "where", "for"):
        table.add_column(column, overflow="fold")
    rows = (
        ("listener", url("LISTENER_PORT"), "webhooks of ClearBank and Mambu"),
        ("signer", url("SIGNER_PORT"), "signatures, for the listener and the worker only"),
        (
            "subscription API",
            url("API_PORT"),
            "who wants to be told of what, and what they were sent; its page is /docs",
        ),
        ("Flower", url("FLOWER_PORT"), f"the queues; log in with {stand.environment['FLOWER_BASIC_AUTH']}"),
        ("sandbox ClearBank", url("SANDBOX_CLEARBANK_PORT"), "the bank, simulated; its door is /_sandbox"),
        ("sandbox Mambu", url("SANDBOX_MAMBU_PORT"), "the core, simulated; its door is /_sandbox"),
        ("sandbox sinks", url("SANDBOX_SINKS_PORT"), "where notifications and deliveries arrive"),
        ("store", stand.environment["REDIS_URL"], "receipts, payments, queues"),
        ("logs", str(FOLDER / "logs"), "one file per process"),
    )
    for row in rows:
        table.add_row(*row)
    console = output()
    console.print(table)
    console.print(f"Try: curl -s -X POST {url('SANDBOX_CLEARBANK_PORT')}/_sandbox/inbound/fps \\", soft_wrap=True)
    console.print("       -H 'Content-Type: application/json' -d '{", end="", soft_wrap=True, markup=False)
    body = '"amount":"25.00","creditorIban":"' + _operating_iban(stand) + '","debtorName":"Jane Smith",'
    body += '"debtorIban":"GB29NWBK60161331926819","reference":"hello"'
    console.print(body + "}'", soft_wrap=True, markup=False)
    if os.environ.get("CLEARBANK_PUBLIC_KEY_FILE") and not os.environ.get("SANDBOX_CLEARBANK_SIGNING_KEY_FILE"):
        console.print(
            "CLEARBANK_PUBLIC_KEY_FILE is yours: the listener believes the simulated bank only when "
            "SANDBOX_CLEARBANK_SIGNING_KEY_FILE names the private half."
        )
    console.print("Ctrl-C or `make down` ends it.")


def _operating_iban(stand: Stand) -> str:
    return stand.environment["SANDBOX_CLEARBANK_OPERATING_IBAN"]
