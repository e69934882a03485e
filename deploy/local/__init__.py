"""Everything on this machine, on loopback: what `make up`, `make down` and `make demo` run.

Starts the very commands that the images start, beside a store and the sandbox. Imports nothing of the services.
"""
