"""`make bench`: how many webhooks the listener answers, as a share of what this machine can sign in the same minute.

Absolute numbers differ from machine to machine; the shares do not. Every answer is checked: status, nonce, signature
present. The bank's key has 2048 bits; a check against one of 4096 costs the listener 45 us more. BENCH_SECONDS sets the
length of a round, BENCH_ONLY plays the systems whose title has this text.
"""

import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from rich.table import Table

from deploy.local.addresses import PORTS, Addresses, free_port
from deploy.local.bench_load import CONNECTIONS, Driven, Webhook, drive, signed_webhooks, signing_limit
from deploy.local.documents import BANK_KEY_BITS, make_bank_key
from deploy.local.environment import of_the_machine
from deploy.local.processes import ProcessPlan
from deploy.local.progress import counting, output
from deploy.local.stand import Stand, say

SECONDS = float(os.environ.get("BENCH_SECONDS") or 3)
ROUNDS = 3
OWN_KEY_BITS = 2048
MOST_ANSWERS_PER_SECOND = 4000
COSTED = ("listener", "signer", "valkey", "worker")
NAIVE, FLASK = ("-m", "deploy.local.bench_naive"), ("-m", "granian", "--interface", "wsgi", "--factory")
FLASK_OPTIONS = ("--blocking-threads", "32", "--backpressure", "256", "--no-ws", "--log-level", "error")


@dataclass(frozen=True)
class System:
    """`names` are the stand's own processes; `listener` is the command of another listener in place of ours."""

    title: str
    names: tuple[str, ...]
    listener: tuple[str, ...] = ()


SYSTEMS = (
    System("naive Flask (yardstick)", (), NAIVE),
    System("our Flask door alone", ("signer",), (*FLASK, *FLASK_OPTIONS, "services.listener.wsgi:build_app")),
    System("our listener (lean door)", ("signer", "listener")),
    System("the same, a worker drains", ("signer", "listener", "worker", "deliveries", "beat")),
)


@dataclass(frozen=True)
class Measured:
    """Answers a second, median of the rounds; signatures a second on the idle machine; CPU of all rounds."""

    rate: float
    limit: float
    cost_us: dict[str, float]
    wrong: int


def bench() -> int:
    """Print the table; 1 when an answer was wrong."""
    folder = Path(tempfile.mkdtemp(prefix="causeway-bench-"))
    chosen = [system for system in SYSTEMS if os.environ.get("BENCH_ONLY", "") in system.title]
    try:
        webhooks = signed_webhooks(_bank_key(folder), int(MOST_ANSWERS_PER_SECOND * SECONDS * ROUNDS))
        rows = [
            (system.title, _measured(folder / str(number), system, webhooks)) for number, system in enumerate(chosen)
        ]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _print(rows)
    return 1 if any(measured.wrong for _, measured in rows) else 0


def _bank_key(folder: Path) -> RSAPrivateKey:
    """The bank's key for all systems, made once: their stands get it as a setting."""
    private, _ = make_bank_key(folder)
    key = load_pem_private_key(private.read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)  # noqa: S101
    return key


@contextmanager
def _running(folder: Path, system: System) -> Iterator[Stand]:
    # Free ones, even where the promised are: granian shares a port with whoever listens there, and would its answers.
    addresses = Addresses({name: free_port() for name in PORTS})
    private, public = make_bank_key(folder.parent)
    given = of_the_machine() | {
        "SANDBOX_CLEARBANK_SIGNING_KEY_FILE": str(private),
        "CLEARBANK_PUBLIC_KEY_FILE": str(public),
        "NOTIFICATION_SETUP_FILE": "",  # the bench's money belongs to no loan, and nobody is to be told so
    }
    stand = Stand(folder, addresses, given, with_flower=False, said=say, only=system.names or ("none",))
    try:
        stand.start(lambda _name: None)
        if system.listener:
            stand.supervisor.start([_plan(system.listener, addresses)])
        yield stand
    finally:
        stand.stop()


def _plan(command: tuple[str, ...], addresses: Addresses) -> ProcessPlan:
    port = ("--port", str(addresses.ports["LISTENER_PORT"])) if command[1] == "granian" else ()
    return ProcessPlan("listener", (sys.executable, *command, *port), addresses.url("LISTENER_PORT") + "/readyz")


def _measured(folder: Path, system: System, webhooks: Sequence[Webhook]) -> Measured:
    own_key = generate_private_key(65537, OWN_KEY_BITS)
    limits = [signing_limit(own_key)]  # before and after: beside the rounds a worker would still be draining
    waiting = iter(webhooks)
    rounds: list[Driven] = []
    with _running(folder, system) as stand, counting(system.title, ROUNDS) as done:
        before = _cpu_seconds(stand)
        for number in range(1, ROUNDS + 1):
            rounds.append(drive(stand.addresses.ports["LISTENER_PORT"], waiting, SECONDS))
            done(f"round {number}: {rounds[-1].answers / rounds[-1].seconds:.0f} answers/s")
        spent = {name: seconds - before[name] for name, seconds in _cpu_seconds(stand).items()}
    limits.append(signing_limit(own_key))
    answers = sum(each.answers for each in rounds)
    spent["sender"] = sum(each.cpu_seconds for each in rounds)
    return Measured(
        rate=statistics.median(each.answers / each.seconds for each in rounds),
        limit=statistics.mean(limits),
        cost_us={name: seconds / answers * 1e6 for name, seconds in spent.items()},
        wrong=sum(each.wrong for each in rounds),
    )


def _cpu_seconds(stand: Stand) -> dict[str, float]:
    """CPU time of each process of the stand with its children, so far."""
    found = {}
    for name, pid in stand.supervisor.pids().items():
        parent = psutil.Process(pid)
        times = [process.cpu_times() for process in (parent, *parent.children(recursive=True))]
        found[name] = sum(each.user + each.system for each in times)
    return found


def _print(rows: Sequence[tuple[str, Measured]]) -> None:
    title = f"{CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:.0f} s, medians; bank's key {BANK_KEY_BITS} bits"
    table = Table(title=title, title_justify="left")
    table.add_column("system")
    names = (*COSTED, "sender")
    for column in ("answers/s", "limit/s", "share", *names, "wrong"):
        table.add_column(column, justify="right")
    for name, row in rows:
        share = f"{row.rate / row.limit:.2f}"
        costs = (f"{row.cost_us[each]:.0f}" if each in row.cost_us else "-" for each in names)
        table.add_row(name, f"{row.rate:,.0f}", f"{row.limit:,.0f}", share, *costs, str(row.wrong))
    output().print(table)
    print("limit: signatures a second on all cores, idle. listener to sender: CPU us per webhook, on the same cores.")
