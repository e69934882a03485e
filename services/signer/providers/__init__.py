"""Where a private key may be kept, one file per place. Each has `read_keys(reader)`, which opens the keys of its
settings and gathers faults in the reader. Only the chosen one is imported: boto3 and python-pkcs11 are for some only.
"""
