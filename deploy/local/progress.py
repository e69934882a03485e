"""What people see: progress on standard error, tables on standard output."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

CONSOLE = Console(stderr=True)
WIDE = 160  # columns, where nobody says how wide the terminal is


def output() -> Console:
    """Standard output, wide enough for a table when it is no terminal."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDE)


@contextmanager
def counting(title: str, total: int) -> Iterator[Callable[[str], None]]:
    """Call what it gives with the name of each thing that is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[last]}"), console=CONSOLE) as progress:
        task = progress.add_task(title, total=total, last="")
        yield lambda name: progress.update(task, advance=1, last=name)


@contextmanager
def starting(names: Sequence[str]) -> Iterator[Callable[[str], None]]:
    """While a stand starts."""
    with counting("Starting", len(names)) as ready:
        yield ready
