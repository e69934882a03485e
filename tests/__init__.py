"""Proof of the promises; see docs/architecture.md."""
