"""`python -m services.worker.liveness`: does the main loop of the worker or beat in this container go round?

For a Kubernetes exec probe, with the same HEARTBEAT_FILE as the process itself. Exit code 0 when it does, 1 when not.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from shared.runtime.heartbeat import seconds_since_beat
from shared.runtime.settings import SettingsReader, refuse_to_start

# The loop beats every 2 s. A broker that does not answer may hold it up for its socket timeout, several times.
MAX_AGE_SECONDS = 120.0


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code; a sentence on standard error says why it is not 0."""
    parser = argparse.ArgumentParser(prog="python -m services.worker.liveness", description=__doc__)
    parser.add_argument("--max-age", type=float, default=MAX_AGE_SECONDS, help="seconds without a beat (%(default)s)")
    max_age_seconds = parser.parse_args(arguments).max_age
    reader = SettingsReader()
    file = Path(reader.text("HEARTBEAT_FILE"))
    if reader.faults:
        refuse_to_start(reader.faults)
    age_seconds = seconds_since_beat(file)
    if age_seconds is not None and age_seconds <= max_age_seconds:
        return 0
    last = "never" if age_seconds is None else f"{age_seconds:.0f} s ago"
    print(f"{file}: the last beat was {last}, and {max_age_seconds:.0f} s are allowed.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
