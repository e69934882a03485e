"""Tables on standard output, for commands that people and scripts read: nothing in them is cut off."""

from rich.console import Console
from rich.table import Table

WIDE = 200  # columns, where nobody says how wide the terminal is, as through `kubectl exec` without one


def show(table: Table) -> None:
    """Ids are there to be copied: what does not fit into a column goes on below."""
    for column in table.columns:
        column.overflow = "fold"
    console = Console()
    (console if console.is_terminal else Console(width=WIDE)).print(table)
