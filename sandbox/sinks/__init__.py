"""Where notifications and outgoing webhooks arrive: everything is recorded and answered as told beforehand."""
