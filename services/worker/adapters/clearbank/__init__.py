"""ClearBank: what we send it, what its answers mean, and what its webhooks say."""
