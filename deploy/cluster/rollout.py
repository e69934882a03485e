"""`make deploy`: everything of an overlay, workers before listeners, each stage waited for."""

from rich.table import Table

from deploy.cluster.asked import Asked, AskedWrongError
from deploy.cluster.gaps import secrets_to_be_given, unfilled
from deploy.cluster.kinds import unknown_kinds
from deploy.cluster.kubectl import ClusterError, Kubectl
from deploy.cluster.manifests import GROUND, WORKLOADS, Manifest, Overlay
from deploy.local.progress import counting, output
from deploy.local.stand import say

ROLLOUT_SECONDS = 300.0


def deploy(asked: Asked) -> int:
    """Stops at the first stage that does not become ready: what comes after it is still as it was."""
    overlay = asked.overlay()
    namespace = overlay.namespace
    gaps = unfilled(overlay)
    if asked.is_on("DRY_RUN"):
        output().print(_plan(overlay))
        for gap in gaps:
            say(f"To be filled in: {gap}")
        return 0
    if gaps:
        raise AskedWrongError(
            f"{len(gaps)} values of {overlay.name} are still to be filled in, the first is {gaps[0]}: "
            f"DRY_RUN=1 make deploy OVERLAY={overlay.name} names all."
        )
    wait_seconds = asked.seconds("ROLLOUT_SECONDS", ROLLOUT_SECONDS)
    kubectl = asked.kubectl(namespace)
    say(f"Deploying {overlay.name} to the cluster of context {kubectl.reach()}, namespace {namespace}.")
    if unknown := unknown_kinds(kubectl, overlay):
        raise ClusterError(" ".join(unknown))
    # The ground holds the namespace itself, which must not be asked for before it is there.
    everywhere = asked.kubectl()
    with counting("Deploying", len(overlay.manifests)) as done:
        for stage, members in overlay.stages():
            everywhere.apply([each.document for each in members])
            if stage == GROUND:
                _demand_secrets(kubectl, overlay)
            _wait(kubectl, stage, members, wait_seconds)
            for each in members:
                done(f"{each.kind} {each.name}")
    say(f"Everything is new and ready: `make status OVERLAY={overlay.name}` shows it.")
    return 0


def _demand_secrets(kubectl: Kubectl, overlay: Overlay) -> None:
    """A pod whose secret is missing waits without a word."""
    there = {name.removeprefix("secret/") for name in kubectl.run("get", "secrets", "--output=name").split()}
    if missing := [name for name in secrets_to_be_given(overlay) if name not in there]:
        raise ClusterError(
            f"The namespace {kubectl.namespace} has no secret {', '.join(missing)}: make them (deploy/k8s/README.md), "
            "then deploy again."
        )


def _wait(kubectl: Kubectl, stage: str, members: list[Manifest], wait_seconds: float) -> None:
    for each in members:
        if each.kind not in WORKLOADS:
            continue
        try:
            kubectl.wait_for(each.workload, wait_seconds)
        except ClusterError as error:
            raise ClusterError(
                f"{each.workload} did not become ready, so the stages after {stage} are untouched: look at "
                f"`kubectl --namespace {kubectl.namespace} describe {each.workload}` and docs/upgrades.md. {error}"
            ) from error


def _plan(overlay: Overlay) -> Table:
    title = f"Deploying {overlay.name} to namespace {overlay.namespace} would apply"
    table = Table("step", "stage", "what", "waits for", title=title, title_justify="left")
    for number, (stage, members) in enumerate(overlay.stages(), 1):
        waited = [each.workload for each in members if each.kind in WORKLOADS]
        table.add_row(str(number), stage, _counted(members), "\n".join(waited) or "nothing")
    return table


def _counted(members: list[Manifest]) -> str:
    """Like `3 Service, 1 Namespace`."""
    kinds = [each.kind for each in members]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
