"""Settings, the setup document, logs, metrics and health."""
