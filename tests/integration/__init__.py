"""Real processes on free loopback ports."""
