"""The listener through its test client, with collaborators in memory."""
