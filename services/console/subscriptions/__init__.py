"""Our own subscription API: all that a subscription can be, and who may see and change it."""
