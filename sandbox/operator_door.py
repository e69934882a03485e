"""The operator of a story: the connector's own command line, run as people run it."""

import subprocess
import sys
from collections.abc import Mapping, Sequence

from sandbox.story import StoryError

COMMAND = (sys.executable, "-m", "services.worker.operator")
NEW_USER = (sys.executable, "-m", "services.console", "users", "add", "stories")
PATIENCE_SECONDS = 30.0


class OperatorDoor:
    """Runs commands with the settings of the stand."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)

    def __call__(self, words: Sequence[str]) -> None:
        """Raises StoryError with what the command said when it refuses, or does not end in time."""
        try:
            done = subprocess.run(  # noqa: S603
                [*COMMAND, *words],
                env=self._environment,
                capture_output=True,
                text=True,
                timeout=PATIENCE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise StoryError(f"the operator's {words[0]} did not end in {PATIENCE_SECONDS:.0f} s") from error
        if done.returncode:
            raise StoryError(f"the operator's {words[0]} was refused: {done.stderr.strip()[-200:]}")


def token_of_a_new_user(environment: Mapping[str, str], roles: Sequence[str]) -> str:
    """For the connector's own API. Raises StoryError with what the command said."""
    options = [word for role in roles for word in ("--role", role)]
    done = subprocess.run(  # noqa: S603
        [*NEW_USER, *options],
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    if done.returncode:
        raise StoryError(f"no user could be made for the stories: {done.stderr.strip()[-200:]}")
    return done.stdout.strip()
