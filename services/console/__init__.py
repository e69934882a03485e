"""The console: who may do what, the subscription API, the log of communications. It performs no effect itself."""
