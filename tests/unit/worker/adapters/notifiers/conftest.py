from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.worker.adapters.notifiers.sinks import Sinks, running_sinks


@pytest.fixture
def sinks(tmp_path: Path) -> Iterator[Sinks]:
    """The test must be marked `enable_socket`."""
    with running_sinks(tmp_path) as sinks:
        yield sinks
