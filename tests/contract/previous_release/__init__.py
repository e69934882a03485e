"""The release before this one, as far as a rolling update meets it: its scripts, its way to call them, what it wrote.

Until there is a release, it is this tree as it stood when the store was complete. Right after each release run
`python -m tests.contract.previous_release.freeze` and bring the calls in release.py up to shared/store.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
MOVES = FOLDER / "moves.json"
"""Every call of move.lua in a story of each kind of flow: a list of argument lists."""


def lua(name: str) -> str:
    """The text of one of its scripts."""
    return (FOLDER / "lua" / f"{name}.lua").read_text()
