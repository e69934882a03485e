"""The core as one object: its settings, its memory and its clock."""

import json
import secrets
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.mambu import source
from sandbox.mambu.settings import Settings
from sandbox.mambu.store import open_store
from sandbox.sqlite import Store

SWITCHES: dict[str, Any] = {
    "clockOffsetSeconds": 0,
    "runningStatus": 102,  # Mambu says it is moving to 409
    "duplicate": 0,
    "fireForEveryChannel": False,
    "method": "POST",
    "sendBrokenJson": False,
    "thousandSeparators": False,
}


@dataclass(frozen=True)
class Core:
    settings: Settings
    store: Store

    def now(self, db: sqlite3.Connection) -> datetime:
        """The core's own time, in the tenant's zone."""
        seconds = time.time() + float(switch(db, "clockOffsetSeconds"))
        return datetime.fromtimestamp(seconds, UTC).astimezone(self.settings.zone)

    def stamp(self, db: sqlite3.Connection) -> str:
        """Now, as Mambu writes it: YYYY-MM-DDThh:mm:ss and the tenant's offset."""
        return self.now(db).isoformat(timespec="seconds")


def open_core(settings: Settings) -> Core:
    core = Core(settings, open_store(settings.data))
    with core.store.transaction() as db:
        if db.execute("SELECT 1 FROM source").fetchone() is None:
            source.seed(db, secrets.randbits(63))
        # An effect and its stored answer are one commit: what was still running at a crash never happened.
        db.execute("DELETE FROM idempotency WHERE status IS NULL")
        db.execute("UPDATE messages SET state = 'QUEUED' WHERE state = 'SENDING'")
    return core


def reset(core: Core, seed: int) -> None:
    with core.store.transaction() as db:
        core.store.empty(db)
        source.seed(db, seed)


def switch(db: sqlite3.Connection, name: str) -> Any:
    row = db.execute("SELECT value FROM switches WHERE name = ?", (name,)).fetchone()
    return SWITCHES[name] if row is None else json.loads(row["value"])


def set_switch(db: sqlite3.Connection, name: str, value: Any) -> None:
    db.execute("INSERT OR REPLACE INTO switches (name, value) VALUES (?, ?)", (name, json.dumps(value)))
