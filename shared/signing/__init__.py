"""Digital signatures as ClearBank wants them, and how a process asks the signer for one.

Any service may come in; no private key is kept here.
"""
