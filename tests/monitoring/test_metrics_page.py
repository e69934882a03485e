"""docs/metrics.md tells of every metric that the processes export, of no other, and rightly."""

import pytest
from redis import Redis

from tests.monitoring.exported import Exported, by_console, by_listener, by_signer, by_worker_metrics, in_source
from tests.monitoring.metrics_page import on_the_page

pytestmark = pytest.mark.enable_socket


def test_the_page_tells_of_what_is_exported(redis: Redis, redis_url: str) -> None:
    seen = by_listener() | by_signer() | by_console() | by_worker_metrics(redis, redis_url)
    made = {name: Exported(kind, frozenset()) for name, kind in in_source().items()}
    assert on_the_page() == made | seen


def test_what_is_looked_for_in_the_source_is_found_there() -> None:
    assert in_source().keys() >= by_listener().keys() | by_signer().keys() | by_console().keys()
