"""The whole product as a user runs it."""
