"""The webhook API of the Open Bank Project, as OBP-API v5.1.0 serves it. Deviations: docs/adr/0012."""
