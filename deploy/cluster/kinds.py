"""Kinds that others bring to a cluster. Where they are missing, `kubectl apply` stops in the middle."""

import json

from deploy.cluster.kubectl import ClusterError, Kubectl
from deploy.cluster.manifests import Overlay

# Who brings the kinds of a group, and the component of ours that an overlay can do without.
_BROUGHT_BY = {
    "external-secrets.io": ("External Secrets", "external-secrets"),
    "keda.sh": ("KEDA", "keda"),
    "monitoring.coreos.com": ("the Prometheus operator", "monitoring"),
}


def unknown_kinds(kubectl: Kubectl, overlay: Overlay) -> list[str]:
    """A sentence per missing kind. Raises ClusterError when the cluster does not tell."""
    wanted = sorted({(str(each.document["apiVersion"]), each.kind) for each in overlay.manifests})
    foreign = [(version, kind) for version, kind in wanted if _is_foreign(version)]
    known = {version: _kinds_of(kubectl, version) for version, _ in foreign}
    return [_sentence(version, kind) for version, kind in foreign if kind not in known[version]]


def _is_foreign(version: str) -> bool:
    """Kubernetes' own groups are single words or end in k8s.io (Kubernetes docs: API groups)."""
    group, slash, _ = version.partition("/")
    return bool(slash) and "." in group and not group.endswith(".k8s.io")


def _kinds_of(kubectl: Kubectl, version: str) -> set[str]:
    try:
        listed = json.loads(kubectl.run("get", "--raw", f"/apis/{version}"))
    except ClusterError as error:
        if "NotFound" in str(error):
            return set()
        raise
    return {str(resource["kind"]) for resource in listed["resources"]}


def _sentence(version: str, kind: str) -> str:
    group = version.partition("/")[0]
    if group not in _BROUGHT_BY:
        return f"The cluster does not know {kind} of {version}: install what brings it."
    maker, component = _BROUGHT_BY[group]
    return (
        f"The cluster does not know {kind} of {version}: install {maker}, "
        f"or take the component {component} out of the overlay."
    )
