"""What every process needs to run: settings, logs, metrics, health.

Any service may come in; nothing here knows payments.
"""
