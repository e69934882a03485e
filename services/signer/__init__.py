"""The only process that can read the private key; two doors, one for webhook answers and one for bank requests.

Nothing imports it. It knows no payments, no Redis, no Celery.
"""
