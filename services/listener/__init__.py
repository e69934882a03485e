"""Receives webhooks: proves their origin, stores them durably, answers in time, and does nothing else."""
