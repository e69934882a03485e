"""The rules of moving money between a loan book and a bank.

No I/O, no framework, no clock, no random: time and chance are arguments. Imports only itself and the standard library.
"""
