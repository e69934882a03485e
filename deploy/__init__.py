"""How the services are put to work: `local` on one machine, `k8s` in a cluster."""
