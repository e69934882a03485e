"""The direction of imports, and what is generated from the code."""
