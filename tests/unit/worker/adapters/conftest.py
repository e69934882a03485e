from collections.abc import Iterator

import pytest

from tests.unit.worker.adapters.outside import Outside, an_outside


@pytest.fixture
def outside() -> Iterator[Outside]:
    """The test must be marked `enable_socket`."""
    with an_outside() as outside:
        yield outside
