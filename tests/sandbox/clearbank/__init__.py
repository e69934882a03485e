"""Tests of the simulated ClearBank: through its app, and through one real process."""
