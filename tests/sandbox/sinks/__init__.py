"""The sinks that record notifications and outgoing webhooks."""
