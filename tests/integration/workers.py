"""Real worker and beat processes, and receipts that they can finish without asking bank or core."""

import hashlib
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from redis import Redis

from shared.domain.receipts import ReceiptState
from shared.domain.webhook_identity import WebhookIdentity
from shared.messages import queues, tasks
from shared.runtime.envelope import EnvelopeTemplate
from shared.store.inbox import Inbox, NewReceipt
from tests.processes import running
from tests.unit.runtime.setup_documents import write_setup

_OPTIONS = ("--without-gossip", "--without-mingle", "--loglevel", "INFO", "--concurrency", "1")
WORKER = ("-m", "celery", "-A", "services.worker.celery_main", "worker", *_OPTIONS)
PATIENT_WORKER = ("-m", "celery", "-A", "tests.integration.patient_worker", "worker", *_OPTIONS)
BEAT = ("-m", "celery", "-A", "services.worker.celery_main", "beat")

# What the patient worker writes down about its tasks.
BEGAN, ENDED = "test:began", "test:ended"

_ENVELOPE = EnvelopeTemplate(tasks.RECEIVE_WEBHOOK)


def go_ahead(receipt_id: str) -> str:
    """The list that a test pushes to, so that the patient worker's task about this id ends."""
    return f"test:go:{receipt_id}"


def element(receipt_id: str) -> bytes:
    """For the queue: work on this receipt."""
    return _ENVELOPE.fill(receipt_id)


def settings_of(folder: Path, redis_url: str, **changed: str) -> dict[str, str]:
    """What worker and beat need. SIGTERM is remapped as every deployment does."""
    setup = {"SETUP_FILE": str(write_setup(folder)), "REDIS_URL": redis_url, "REMAP_SIGTERM": "SIGQUIT"}
    return setup | {"PYTHONUNBUFFERED": "1"} | changed


@contextmanager
def running_worker(
    folder: Path, settings: Mapping[str, str], command: Sequence[str] = WORKER, name: str = "worker"
) -> Iterator[subprocess.Popen[bytes]]:
    """Consuming when the block begins; its log is `<name>.log` in the folder."""
    log = folder / f"{name}.log"
    with running(command, folder, settings, lambda: " ready." in log.read_text(), log.name) as process:
        yield process


def a_test_event(name: str) -> NewReceipt:
    """ClearBank's test of the connection: stored, and ignored by the worker."""
    body = json.dumps({"Type": "FITestEvent", "Version": 1, "Payload": name, "Nonce": 1}).encode()
    fingerprint = hashlib.sha256(name.encode()).hexdigest()
    identity = WebhookIdentity((name,), fingerprint, fingerprint)
    return NewReceipt("clearbank", "FITestEvent", identity, body, element(fingerprint))


def accept(redis: Redis, receipt: NewReceipt, queue: str | None = queues.INBOUND) -> str:
    """As the listener does; `queue` is None when the broker is elsewhere. The receipt's id."""
    Inbox(redis, queue).accept([receipt])
    return receipt.identity.fingerprint


def is_finished(redis: Redis, receipt_id: str) -> bool:
    receipt = Inbox(redis).load(receipt_id)
    return receipt is not None and receipt.state is ReceiptState.FINISHED
