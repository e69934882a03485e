"""One part at a time, no process, no network."""
