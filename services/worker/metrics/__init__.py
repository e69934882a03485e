"""One process that tells the figures of all workers, read from the store when it is asked."""
