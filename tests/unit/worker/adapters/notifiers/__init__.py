"""The channels by which people are told, against the sandbox's sinks."""
