"""The adapters: our words as theirs, their words as ours, and what a failure of the line means."""
