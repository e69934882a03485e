"""What a test names with `celery -A`: a worker that would wait for its task for minutes, and may only for seconds."""

from shared.runtime import celery_worker
from tests.integration.patient_worker import app

celery_worker.LATEST_END_SECONDS = 3
app.conf.worker_soft_shutdown_timeout = 600
