"""Signatures, the caller's proof, and the client of the signer."""
