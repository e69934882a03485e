"""What our own endpoints under /v1 have in common: how callers are known, bodies are read and faults are told."""
