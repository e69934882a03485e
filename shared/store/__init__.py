"""The records, in Redis or Valkey: receipts, what is due, flows and their history.

Every change is one script or one MULTI, so nothing is half-stored. Knows no HTTP and no Celery.
"""
