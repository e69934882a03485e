"""Which processes a stand has: the commands of the images, and how each shows that it is ready."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local.addresses import Addresses
from deploy.local.store_server import server_command

CELERY_APP = "services.worker.celery_main"
# Who waits for subscribers must not keep payments waiting.
PAYMENTS, DELIVERIES = "inbound,payments,messages,sweeps", "events,deliveries,redeliveries"
DELIVERY_THREADS = "100"  # calls that hang cost a thread each


@dataclass(frozen=True)
class ProcessPlan:
    """`ready_url` answers 200 when it is ready; `ready_words` stand in its log when it has none."""

    name: str
    command: tuple[str, ...]
    ready_url: str = ""
    ready_words: str = ""


def plan_store(port: int, folder: Path) -> ProcessPlan:
    """The store, when none was given."""
    return ProcessPlan("valkey", tuple(server_command(port, folder)), ready_words="Ready to accept connections")


def plan_stand(addresses: Addresses, workers: str, *, with_flower: bool) -> list[ProcessPlan]:
    """Everything but the store."""
    python = sys.executable
    celery = (python, "-m", "celery", "-A", CELERY_APP)
    worker = (*celery, "worker", "--without-gossip", "--without-mingle", "--loglevel", "INFO")
    in_threads = ("--pool", "threads", "--concurrency", DELIVERY_THREADS)
    plans = [
        ProcessPlan("signer", (python, "-m", "services.signer"), addresses.url("SIGNER_PORT") + "/readyz"),
        ProcessPlan("listener", (python, "-m", "services.listener"), addresses.url("LISTENER_PORT") + "/readyz"),
        ProcessPlan("worker", (*worker, "-Q", PAYMENTS, "--concurrency", workers), ready_words=" ready."),
        ProcessPlan("deliveries", (*worker, "-Q", DELIVERIES, *in_threads), ready_words=" ready."),
        ProcessPlan("console-api", (python, "-m", "services.console", "api"), addresses.url("API_PORT") + "/readyz"),
        ProcessPlan("beat", (*celery, "beat"), ready_words="is starting."),
        _sandbox("clearbank", addresses, "SANDBOX_CLEARBANK_PORT"),
        # Not granian: it cannot send the final 102 that Mambu answers to a repeat.
        ProcessPlan("sandbox-mambu", (python, "-m", "sandbox.mambu"), addresses.url("SANDBOX_MAMBU_PORT") + "/readyz"),
        _sandbox("sinks", addresses, "SANDBOX_SINKS_PORT"),
    ]
    if with_flower:
        port = str(addresses.ports["FLOWER_PORT"])
        flower = (*celery, "flower", "--address=127.0.0.1", f"--port={port}", "--read_only=True")
        plans.append(ProcessPlan("flower", flower, addresses.url("FLOWER_PORT") + "/healthcheck"))
    return plans


def run_in(plan: ProcessPlan, folder: Path) -> ProcessPlan:
    """The same, with the code of another folder; a link is followed when the process starts, and not again."""
    return replace(plan, command=("/bin/sh", "-c", 'cd -P "$0" && exec "$@"', str(folder), *plan.command))


def _sandbox(name: str, addresses: Addresses, setting: str) -> ProcessPlan:
    options = ("--interface", "wsgi", "--workers", "1", "--blocking-threads", "16", "--no-ws", "--log-level", "error")
    port = ("--host", "127.0.0.1", "--port", str(addresses.ports[setting]))
    command = (sys.executable, "-m", "granian", *options, *port, f"sandbox.{name}.wsgi:app")
    return ProcessPlan(f"sandbox-{name}", command, addresses.url(setting) + "/readyz")
