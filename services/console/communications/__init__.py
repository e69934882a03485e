"""The log of what went out, as Mambu's staff know it and in full, and having it sent again."""
