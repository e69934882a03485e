"""`make faults`: reads what the caller wants, plays a round, says what came of it, leaves nothing running."""

import os
import random
import shutil
import signal
import tempfile
from pathlib import Path
from types import FrameType
from typing import NoReturn

from deploy.local.faults.ground import Ground
from deploy.local.faults.plan import WHOLE_SECONDS, Size, Strike, plan_round
from deploy.local.faults.report import as_json, show
from deploy.local.faults.round import play_round
from deploy.local.progress import starting
from deploy.local.stand import say
from deploy.local.store_server import NoServerError
from deploy.local.supervisor import StandError
from sandbox.story import StoryError

_LARGEST_SEED = 10**9
_SHORTEST_SECONDS, _SMALLEST_LOAD = 10.0, 0.01


def faults() -> int:
    """0 when nothing was lost, duplicated or left unexplained. SEED, SECONDS, LOAD and ONLY choose the round."""
    try:
        seed = int(_number("SEED", random.randrange(_LARGEST_SEED), least=0))  # noqa: S311
        size = Size(
            _number("SECONDS", WHOLE_SECONDS, least=_SHORTEST_SECONDS), _number("LOAD", 1.0, least=_SMALLEST_LOAD)
        )
        only = _strikes(os.environ.get("ONLY", ""))
    except ValueError as error:
        say(str(error))
        return 1
    chosen = f'ONLY="{", ".join(only)}" ' if only else ""
    say(f"SEED={seed} SECONDS={size.seconds:g} LOAD={size.load:g} {chosen}make faults   plays this round again.")
    signal.signal(signal.SIGTERM, _stop)
    folder = Path(tempfile.mkdtemp(prefix="causeway-faults-"))
    try:
        ground = Ground(folder)
        try:
            with starting(ground.names) as ready:
                ground.start(ready)
            result = play_round(ground, plan_round(seed, size, only))
        finally:
            ground.stop()
    except (StandError, NoServerError, StoryError) as error:
        say(str(error))
        return 1
    if os.environ.get("FORMAT") == "json":
        print(as_json(result), flush=True)
    else:
        show(result)
    if result.findings:
        say(f"Books, journal and logs are kept in {folder}.")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _number(name: str, default: float, *, least: float) -> float:
    """Raises ValueError with a sentence."""
    text = os.environ.get(name, "")
    try:
        value = float(text) if text else default
    except ValueError:
        value = least - 1
    if not least <= value < float("inf"):
        raise ValueError(f"{name} is {text!r}: give a number from {least:g} on.")
    return value


def _strikes(text: str) -> tuple[Strike, ...]:
    """Names with commas between them. Raises ValueError with a sentence."""
    try:
        return tuple(Strike(name.strip()) for name in text.split(",") if name.strip())
    except ValueError as error:
        raise ValueError(f"ONLY names a strike that is none ({error}): say some of {'; '.join(Strike)}.") from error


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(143)
