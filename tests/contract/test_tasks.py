"""The names on the pages of shared.messages against those who use them."""

import json
import subprocess
import sys
from pathlib import Path

from shared.messages import queues, tasks
from shared.runtime.celery_app import make_celery
from tests.processes import python_environment
from tests.unit.runtime.setup_documents import write_setup

NAMES = {value for name, value in vars(tasks).items() if name.isupper() and isinstance(value, str)}
LOOK = """
import json
from services.worker.celery_main import app
print(json.dumps([name for name in app.tasks if not name.startswith("celery.")]))
"""


def test_every_task_has_a_queue_and_every_queue_a_task() -> None:
    assert set(tasks.QUEUE_OF) == NAMES
    assert {*tasks.QUEUE_OF.values(), tasks.queue_of(tasks.ADVANCE, "notification:1")} == set(queues.ALL)


def test_every_queue_is_declared_and_every_task_routed_to_its_own() -> None:
    app = make_celery("memory://")
    assert set(app.amqp.queues) == set(queues.ALL)
    for task, queue in tasks.QUEUE_OF.items():
        route = app.amqp.router.route({}, task)
        assert (route["queue"].name, route["routing_key"]) == (queue, queue)


def test_the_worker_registers_every_task_and_no_other(tmp_path: Path) -> None:
    environment = python_environment(SETUP_FILE=str(write_setup(tmp_path)), REDIS_URL="redis://127.0.0.1:1")
    command = [sys.executable, "-c", LOOK]
    shown = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert set(json.loads(shown.stdout)) == NAMES


def test_a_worker_without_settings_ends_with_a_sentence_for_each(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "celery", "-A", "services.worker.celery_main", "report"]
    ended = subprocess.run(command, cwd=tmp_path, env=python_environment(), capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    named = [line.split()[0] for line in ended.stderr.splitlines()]
    assert named == ["SETUP_FILE", "REDIS_URL", "SIGNER_URL", "SIGNER_TOKEN", "SIGNER_SECRET_KEY"]
