"""The outgoing side: an event becomes deliveries, and each is sent until it is taken or failed."""
