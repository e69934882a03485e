"""A bar for what is still left to do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.local.progress import CONSOLE


@contextmanager
def shrinking(title: str) -> Iterator[Callable[[int], None]]:
    """Call what it gives with how much is left."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}"), TimeElapsedColumn())
    most = 1
    with Progress(*columns, console=CONSOLE) as progress:
        task = progress.add_task(title, total=most, left="")

        def left(count: int) -> None:
            nonlocal most
            most = max(most, count)
            progress.update(task, total=most, completed=most - count, left=f"{count} left")

        yield left
