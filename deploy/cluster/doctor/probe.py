"""What each process can see of its own, asked here or, by a script, inside its pod."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from deploy.cluster.doctor.checks import rows
from deploy.cluster.doctor.checks.addresses import of_addresses
from deploy.cluster.doctor.checks.documents import of_expiry_dates, of_notifications, of_setup
from deploy.cluster.doctor.checks.hub import of_sealing_keys, of_users
from deploy.cluster.doctor.checks.rows import Row
from deploy.cluster.doctor.checks.signing import of_bank_key, of_nonce_door, of_request_door
from deploy.cluster.doctor.checks.store import of_store
from shared.runtime.settings import SettingsReader

Check = Callable[[SettingsReader], Iterator[Row]]

# A stand on one machine has the settings of all.
HERE: Sequence[Check] = (
    of_setup,
    of_notifications,
    of_store,
    of_nonce_door,
    of_request_door,
    of_bank_key,
    of_sealing_keys,
    of_addresses,
)
PROCESSES: Mapping[str, Sequence[Check]] = {
    "worker": (of_setup, of_notifications, of_store, of_request_door, of_addresses),
    "deliveries": (of_setup, of_store, of_sealing_keys),
    "listener": (of_store, of_nonce_door, of_bank_key),
    "api": (of_store, of_sealing_keys, of_users),
    "metrics": (of_expiry_dates,),
}
_RUN = """
import dataclasses, json, os, sys, types
for name, text in SOURCES.items():
    sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name, "exec"), sys.modules[name].__dict__)
from shared.runtime.settings import SettingsReader
for module, check in CHECKS:
    for row in getattr(sys.modules[module], check)(SettingsReader()):
        print(json.dumps(dataclasses.asdict(row)))
sys.stdout.flush()
os._exit(0)  # threads of clients need not be waited for
"""


def rows_here() -> list[Row]:
    return [row for check in HERE for row in check(SettingsReader())]


def script_for(process: str) -> str:
    """For `python -` in a pod of that process: prints a JSON object per row. It brings the texts of its checks alone,
    since an image holds what its own process needs."""
    checks = [(check.__module__, check.__name__) for check in PROCESSES[process]]
    modules = [rows.__name__, *dict.fromkeys(module for module, _ in checks)]
    sources = {name: Path(str(sys.modules[name].__file__)).read_text() for name in modules}
    return f"SOURCES = {sources!r}\nCHECKS = {checks!r}\n{_RUN}"
