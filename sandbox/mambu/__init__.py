"""Mambu, simulated: loans, their transactions, the webhook engine and the faults one meets.

Its API is strict where Mambu is strict; its control door (`/_sandbox`) is for tests and demonstrations alone.
"""
