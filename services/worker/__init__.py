"""Performs the effects: payments at the bank, transactions in the core. One image, one Deployment per queue class."""
