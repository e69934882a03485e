"""The ports in memory. Bank and core keep a ledger of what really happened; the stores behave like shared.store."""
