"""The port Notifier, three times: a task in Mambu, a ticket in ZenDesk, a call of the lender's own URL."""
