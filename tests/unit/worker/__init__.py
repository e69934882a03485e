"""The worker's use cases on fakes, and its adapters on their own."""
