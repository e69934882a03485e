"""A simulated ClearBank (UK): its payment API, its ledger, its signed webhooks, and faults on request.

Only `wsgi.py` and tests come in; everything else talks to it over HTTP.
"""
