"""The signer's doors, keys, settings and CSR, through its test client."""
