"""`make demo`: start everything, play the stories, print one row for each, leave nothing running."""

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.table import Table

from deploy.local.addresses import Addresses, undisturbed_addresses
from deploy.local.environment import of_the_machine
from deploy.local.progress import counting, output, starting
from deploy.local.stand import Stand, say
from deploy.local.store_server import NoServerError
from deploy.local.supervisor import StandError
from sandbox.operator_door import OperatorDoor, token_of_a_new_user
from sandbox.player import HttpDoors, Player, Row
from sandbox.story import StoryError, load_stories


def demo() -> int:
    """0 when every row agrees, 1 when one does not or the stand did not start."""
    try:
        stories = load_stories(os.environ.get("SCENARIOS", "").split())
    except StoryError as error:
        say(f"SCENARIOS: {error}.")
        return 1
    signal.signal(signal.SIGTERM, _stop)
    folder = Path(tempfile.mkdtemp(prefix="causeway-demo-"))
    stand = Stand(folder, undisturbed_addresses(), of_the_machine(), with_flower=False, said=say)
    try:
        with starting(stand.names) as ready:
            stand.start(ready)
        player = _player(stand)
        with counting("Playing ", len(stories)) as done:
            rows = player.play_all(stories, done)
    except (StandError, NoServerError, StoryError) as error:
        say(str(error))
        return 1
    finally:
        stand.stop()
    agreed = all(row.ok for row in rows)
    _print(rows)
    if agreed:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        say(f"The logs are kept in {folder / 'logs'}.")
    return 0 if agreed else 1


def doors(addresses: Addresses) -> dict[str, str]:
    """The doors of the outside world, as stories name them, and the connector's own API."""
    return {
        "bank": addresses.url("SANDBOX_CLEARBANK_PORT"),
        "core": addresses.url("SANDBOX_MAMBU_PORT"),
        "sinks": addresses.url("SANDBOX_SINKS_PORT"),
        "api": addresses.url("API_PORT"),
    }


def _player(stand: Stand) -> Player:
    """Raises StoryError."""
    environment = of_the_machine() | stand.environment
    bank_id = environment["BANKS"].split(",")[0]
    token = token_of_a_new_user(
        environment, [f"{role}@{bank_id}" for role in ("CanCreateWebhook", "CanManageSubscriptions")]
    )
    known = {"sinksUrl": stand.addresses.url("SANDBOX_SINKS_PORT"), "bankId": bank_id}
    open_doors = HttpDoors(doors(stand.addresses), {"api": token})
    return Player(open_doors, environment["REDIS_URL"], OperatorDoor(environment), known)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(143)


def _print(rows: Sequence[Row]) -> None:
    if os.environ.get("FORMAT") == "json":
        for row in rows:
            fields = {"scenario": row.scenario, "expected": row.expected, "reached": row.reached, "ok": row.ok}
            print(json.dumps(fields | {"seconds": round(row.seconds, 2)}), flush=True)
        return
    table = Table("", "scenario", "expected end state", "reached", "seconds", title_justify="left", show_lines=False)
    for row in rows:
        mark = "[green]ok[/green]" if row.ok else "[red]NO[/red]"
        reached = "the same" if row.ok else row.reached
        table.add_row(mark, row.scenario, row.expected, reached, f"{row.seconds:.1f}")
    console = output()
    console.print(table)
    good = sum(row.ok for row in rows)
    console.print(f"{good} of {len(rows)} scenarios ended as expected.")
