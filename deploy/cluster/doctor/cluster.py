"""What a cluster must have: every workload whole, each process content with what it sees, certificates that last."""

import base64
import json
from collections.abc import Iterator

from cryptography import x509

from deploy.cluster.doctor.checks.rows import Row, Verdict, expiry
from deploy.cluster.doctor.probe import script_for
from deploy.cluster.gaps import secrets_to_be_given
from deploy.cluster.kinds import unknown_kinds
from deploy.cluster.kubectl import ClusterError, Kubectl
from deploy.cluster.manifests import Manifest, Overlay, OverlayError

# The word in a workload's command, by what it may look at.
_SEES = {
    "worker": "payments",
    "deliveries": "deliveries",
    "listener": "services.listener",
    "api": "services.console",
    "metrics": "services.worker.metrics",
}
# Names and certificates alone: the keys beside them stay in the cluster.
_CERTIFICATES = r'jsonpath={range .items[*]}{.metadata.name}{" "}{.data.tls\.crt}{"\n"}{end}'


def of_cluster(kubectl: Kubectl, overlay: Overlay) -> Iterator[Row]:
    try:
        yield Row("cluster", Verdict.OK, f"context {kubectl.reach()}, namespace {kubectl.namespace}")
    except ClusterError as error:
        yield Row("cluster", Verdict.FAIL, str(error), "Nothing else can be looked at.")
        return
    yield _kinds(kubectl, overlay)
    for workload in overlay.workloads:
        yield _whole(kubectl, workload)
    yield _secrets(kubectl, overlay)
    for process, word in _SEES.items():
        yield from _seen_by(kubectl, overlay, process, word)
    yield from _certificates(kubectl)


def _kinds(kubectl: Kubectl, overlay: Overlay) -> Row:
    try:
        unknown = unknown_kinds(kubectl, overlay)
    except ClusterError as error:
        return Row("kinds", Verdict.WARN, str(error), "Try again.")
    if unknown:
        return Row("kinds", Verdict.FAIL, " ".join(unknown), "Until then `make deploy` refuses the overlay.")
    return Row("kinds", Verdict.OK, "the cluster knows every kind of the overlay")


def _whole(kubectl: Kubectl, workload: Manifest) -> Row:
    check = f"{workload.workload} whole"
    try:
        found = kubectl.read(workload.workload)
    except ClusterError as error:
        return Row(check, Verdict.FAIL, str(error), "Deploy it: make deploy OVERLAY=...")
    wanted, state = found["spec"].get("replicas", 1), found.get("status", {})
    ready, new = state.get("readyReplicas", 0), state.get("updatedReplicas", 0)
    if ready == new == wanted:
        return Row(check, Verdict.OK, f"{ready} of {wanted} ready")
    do = f"kubectl --namespace {kubectl.namespace} describe {workload.workload}"
    return Row(check, Verdict.FAIL, f"{ready} of {wanted} ready, {new} of them new", do)


def _secrets(kubectl: Kubectl, overlay: Overlay) -> Row:
    """Those that nothing in the overlay makes."""
    try:
        there = {name.removeprefix("secret/") for name in kubectl.run("get", "secrets", "--output=name").split()}
    except ClusterError as error:
        return Row("secrets", Verdict.WARN, str(error), "Ask somebody who may list secrets of this namespace.")
    needed = secrets_to_be_given(overlay)
    if missing := [name for name in needed if name not in there]:
        return Row("secrets", Verdict.FAIL, f"missing: {', '.join(missing)}", "Make them: deploy/k8s/README.md.")
    return Row("secrets", Verdict.OK, f"all {len(needed)} that must be given are there")


def _seen_by(kubectl: Kubectl, overlay: Overlay, process: str, word: str) -> Iterator[Row]:
    """The probe's rows from within a pod."""
    try:
        workload = overlay.running(word)
        container = str(workload.containers[0]["name"])
        printed = kubectl.inside(workload.workload, container, script_for(process))
    except (ClusterError, OverlayError) as error:
        yield Row(f"{process}'s own view", Verdict.FAIL, str(error), f"make logs OVERLAY={overlay.name} SERVICE=...")
        return
    for line in filter(None, printed.splitlines()):
        row = json.loads(line)
        yield Row(f"{process}: {row['check']}", Verdict(row["verdict"]), row["found"], row["do"])


def _certificates(kubectl: Kubectl) -> Iterator[Row]:
    try:
        printed = kubectl.run("get", "secrets", "--field-selector=type=kubernetes.io/tls", f"--output={_CERTIFICATES}")
    except ClusterError as error:
        yield Row(
            "ingress certificates", Verdict.WARN, str(error), "Ask somebody who may read secrets of this namespace."
        )
        return
    for name, encoded in (line.split() for line in printed.splitlines() if line.strip()):
        check = f"certificate {name}"
        try:
            certificate = x509.load_pem_x509_certificates(base64.b64decode(encoded))[0]
        except ValueError as error:
            yield Row(check, Verdict.FAIL, f"not readable ({error})", "Issue it again.")
            continue
        yield expiry(check, name, certificate.not_valid_after_utc.timestamp())
