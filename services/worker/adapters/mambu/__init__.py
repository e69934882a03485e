"""Mambu: what we read and post (API v2, and the one v1 call that v2 lacks), and what its webhooks say."""
