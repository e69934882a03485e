"""The use cases: plain functions over the ports. No Celery, no Redis, no HTTP, and no network errors to catch."""
