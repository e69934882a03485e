"""The outside world, simulated: what the connector is tested and demonstrated against.

Nothing here imports `services` or `shared`: the same mistake on both sides would cancel out.
"""
