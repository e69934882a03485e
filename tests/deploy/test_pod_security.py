"""Every pod satisfies the Pod Security Standard `restricted` (Kubernetes docs: pod security standards), and more."""

import pytest

from tests.deploy.overlays import NAMES, Workload, every_workload, of_kind

VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"),
}
PODS = pytest.mark.parametrize(
    "pods", [pytest.param(each, id=f"{overlay}-{each.name}") for overlay, each in every_workload()]
)


def breaches(pods: Workload) -> list[str]:
    """What `restricted` forbids and this pod does, by the control's name."""
    pod, container = pods.pod, pods.container
    whole, own = pod.get("securityContext", {}), container.get("securityContext", {})
    fields = {**whole, **own}
    volumes = [set(volume) - {"name"} for volume in pod.get("volumes", [])]
    checks = {
        "host namespaces": not any(pod.get(name) for name in ("hostNetwork", "hostPID", "hostIPC")),
        "privileged": not own.get("privileged", False),
        "capabilities": own.get("capabilities", {}) == {"drop": ["ALL"]},
        "volume types": all(kinds <= VOLUMES for kinds in volumes),
        "host ports": not any(port.get("hostPort") for port in container.get("ports", [])),
        "app armor": "appArmorProfile" not in fields,
        "se linux": "seLinuxOptions" not in fields,
        "proc mount": "procMount" not in own,
        "sysctls": not whole.get("sysctls"),
        "privilege escalation": own.get("allowPrivilegeEscalation") is False,
        "running as non-root": fields.get("runAsNonRoot") is True,
        "running as non-root user": fields.get("runAsUser") != 0,
        "seccomp": fields.get("seccompProfile", {}).get("type") in ("RuntimeDefault", "Localhost"),
        "windows": "windowsOptions" not in fields,
        "ephemeral and init containers": not pod.get("ephemeralContainers") and not pod.get("initContainers"),
    }
    return [name for name, holds in checks.items() if not holds]


@PODS
def test_a_pod_is_restricted(pods: Workload) -> None:
    assert breaches(pods) == []


@pytest.mark.parametrize(
    ("change", "breach"),
    [
        ({"hostNetwork": True}, "host namespaces"),
        ({"securityContext": {"runAsUser": 0}}, "running as non-root user"),
        ({"volumes": [{"name": "host", "hostPath": {"path": "/"}}]}, "volume types"),
    ],
)
def test_a_breach_is_found(change: dict[str, object], breach: str) -> None:
    _, pods = next(every_workload())
    changed = {"metadata": {"name": "changed"}, "spec": {"template": {"spec": {**pods.pod, **change}}}}
    assert breach in breaches(Workload(changed))


@PODS
def test_a_pod_writes_to_its_tmp_only_and_has_a_number_for_a_user(pods: Workload) -> None:
    own = pods.container["securityContext"]
    assert own["readOnlyRootFilesystem"] is True
    assert pods.pod["securityContext"]["runAsUser"] == 10001
    writable = [mount["mountPath"] for mount in pods.container["volumeMounts"] if not mount.get("readOnly")]
    assert set(writable) <= {"/tmp", "/data"}  # noqa: S108  it is the container's own


@PODS
def test_a_pod_has_an_account_of_its_own_and_no_token(pods: Workload) -> None:
    assert pods.pod["serviceAccountName"] == pods.name
    assert pods.pod["automountServiceAccountToken"] is False


@PODS
def test_kubernetes_adds_no_variable_that_is_a_setting_of_ours(pods: Workload) -> None:
    # A Service named signer would make it SIGNER_PORT=tcp://..., and that is where the signer listens.
    assert pods.pod["enableServiceLinks"] is False


@pytest.mark.parametrize("overlay", NAMES)
def test_the_namespace_enforces_it_and_no_account_has_a_token_or_a_role(overlay: str) -> None:
    (namespace,) = of_kind(overlay, "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert all(each["automountServiceAccountToken"] is False for each in of_kind(overlay, "ServiceAccount"))
    assert of_kind(overlay, "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding") == []
