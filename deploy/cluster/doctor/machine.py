"""What this machine must have: Python, the pinned packages, free ports."""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import requests
from packaging.markers import Marker

from deploy.cluster.doctor.checks.rows import Row, Verdict
from deploy.cluster.kubectl import ClusterError, find_kubectl
from deploy.local.addresses import PORTS, is_free, promised_addresses
from deploy.local.up import UP_ENV

OLDEST_PYTHON = (3, 11)
REQUIREMENTS = Path(__file__).parents[3] / "requirements/dev.txt"
# Like `celery[redis]==5.7.0 ; python_version < "3.12" \`
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*])?==(\S+?)(?:\s*;\s*(.+?))?\s*\\?$", re.MULTILINE)
_MOST_NAMED = 5
_READY = {"listener": "LISTENER_PORT", "signer": "SIGNER_PORT", "console-api": "API_PORT"}


def of_machine() -> Iterator[Row]:
    yield _python()
    yield of_requirements(REQUIREMENTS.read_text())
    if UP_ENV.exists():
        yield from _stand()
    else:
        yield of_ports()


def of_kubectl() -> Row:
    try:
        return Row("kubectl", Verdict.OK, find_kubectl())
    except ClusterError as error:
        return Row("kubectl", Verdict.FAIL, "there is none", str(error))


def _python() -> Row:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= OLDEST_PYTHON:
        return Row("Python", Verdict.OK, found)
    return Row("Python", Verdict.FAIL, found, "Use 3.11 or newer: make PYTHON=/path/to/python3.11 setup.")


def of_requirements(pins: str) -> Row:
    """Against `requirements/dev.txt`."""
    wrong, count = [], 0
    for name, pinned, marker in _PINNED.findall(pins):
        if marker and not Marker(marker).evaluate():
            continue
        count += 1
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "none"
        if found != pinned:
            wrong.append(f"{name} {found}, not {pinned}")
    if not wrong:
        return Row("requirements", Verdict.OK, f"{count} packages as pinned")
    more = f" and {len(wrong) - _MOST_NAMED} more" if len(wrong) > _MOST_NAMED else ""
    return Row(
        "requirements",
        Verdict.FAIL,
        ", ".join(wrong[:_MOST_NAMED]) + more,
        "Run: touch requirements/dev.txt; make setup",
    )


def of_ports() -> Row:
    ports = promised_addresses().ports
    taken = [f"{port} ({name})" for name, port in ports.items() if not is_free(port)]
    if taken:
        return Row("ports", Verdict.FAIL, f"taken: {', '.join(taken)}", "End who listens there, or set another port.")
    return Row("ports", Verdict.OK, f"{len(PORTS)} ports for `make up` are free")


def _stand() -> Iterator[Row]:
    """`make up` runs in this checkout, so its ports must be taken: by services that are ready."""
    for name, setting in _READY.items():
        url = promised_addresses().url(setting) + "/readyz"
        try:
            answer = requests.get(url, timeout=5)
        except requests.RequestException as error:
            do = f"Look at .causeway/logs/{name}.log."
            yield Row(f"{name} ready", Verdict.FAIL, f"{url} does not answer ({type(error).__name__})", do)
            continue
        if answer.ok:
            yield Row(f"{name} ready", Verdict.OK, url)
        else:
            yield Row(
                f"{name} ready",
                Verdict.FAIL,
                f"{url}: {answer.text.strip()[:200]}",
                f"Look at .causeway/logs/{name}.log.",
            )
