"""What a process with the settings can see: its documents, its store, its signer, the bank and the core. They change
nothing anywhere; bank and core only see a connection that is opened and closed.

They run here for `make up`, and in a pod by their text alone. So each file imports what the images of its processes
hold, and of `deploy` nothing but rows.py.
"""
