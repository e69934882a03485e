"""The port Subscriber: one HTTP call to wherever a subscription says, and nowhere that it must not go."""
