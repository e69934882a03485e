"""The Makefile's targets for a cluster, against a kubectl that only remembers what it was asked."""
