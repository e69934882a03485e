"""The Celery application that Flower shows: `celery -A flower_app flower`.

It has the same broker options as the workers, because the shortest visibility timeout among all users of a broker wins
(Celery docs: Redis caveats). It needs BROKER_URL (or REDIS_URL) and nothing of the worker's documents.
"""

from celery import Celery

from shared.runtime.celery_app import make_celery
from shared.runtime.settings import SettingsReader, refuse_to_start


def main() -> Celery:
    """Read the settings or stop with one sentence per fault."""
    reader = SettingsReader()
    broker_url = reader.text("BROKER_URL") if reader.has("BROKER_URL") else reader.text("REDIS_URL")
    if reader.faults:
        refuse_to_start(reader.faults)
    return make_celery(broker_url.rstrip("/"))


app = main()
