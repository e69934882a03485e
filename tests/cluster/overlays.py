"""A small overlay, as kustomize would print it."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

NAMESPACE = "causeway-test"
DIGEST = "sha256:" + "1" * 64

# name, command, port; in the alphabet's order, as kustomize prints them.
_DEPLOYMENTS = (
    ("beat", "python -m celery -A services.worker.celery_main beat", 0),
    ("flower", "python -m celery -A flower_app flower", 5555),
    ("listener", "python -m services.listener", 8080),
    ("signer", "python -m services.signer", 8081),
    ("subscription-api", "python -m services.console api", 8083),
    ("worker-deliveries", "python -m celery worker -Q events,deliveries,redeliveries", 0),
    ("worker-metrics", "python -m services.worker.metrics", 9108),
    ("worker-payments", "python -m celery worker -Q inbound,payments,sweeps", 0),
)


def an_overlay(*more: Mapping[str, Any], image: str = DIGEST, needs: str = "setup") -> str:
    """`more` documents follow after the usual ones; every Deployment `needs` a secret of that name."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    documents = [
        namespace,
        an_object("ConfigMap", "settings", data={"BANKS": "lender"}),
        *(a_workload("Deployment", *row, image=image, needs=needs) for row in _DEPLOYMENTS),
        a_workload("StatefulSet", "valkey", "valkey-server /etc/valkey.conf", 6379, image=image),
        an_object("Ingress", "webhooks", spec={"rules": [{"host": "hooks.lender.example"}]}),
        *more,
    ]
    return an_overlay_of(documents)


def an_overlay_of(documents: Sequence[Mapping[str, Any]]) -> str:
    return yaml.safe_dump_all(documents)


def an_object(kind: str, name: str, **parts: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": NAMESPACE}, **parts}


def a_workload(
    kind: str, name: str, command: str, port: int = 0, *, image: str = DIGEST, needs: str = "", **spec: Any
) -> dict[str, Any]:
    container: dict[str, Any] = {"name": name, "image": f"registry.example/{name}@{image}", "command": command.split()}
    if port:
        container["ports"] = [{"name": "http", "containerPort": port}]
    volumes = [{"name": needs, "secret": {"secretName": needs}}] if needs else []
    labels = {"app.kubernetes.io/name": name}
    return an_object(
        kind,
        name,
        spec={
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container], "volumes": volumes}},
            **spec,
        },
    )


def a_running(workload: Mapping[str, Any], wanted: int = 2, ready: int = 2) -> dict[str, Any]:
    """As the cluster tells of it."""
    return {
        **workload,
        "spec": {**workload["spec"], "replicas": wanted},
        "status": {"readyReplicas": ready, "updatedReplicas": ready},
    }
