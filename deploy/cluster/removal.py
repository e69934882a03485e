"""`make undeploy`: everything of an overlay goes, its records stay unless the caller says otherwise."""

from deploy.cluster.asked import Asked, AskedWrongError
from deploy.cluster.manifests import Manifest, Overlay
from deploy.local.progress import counting
from deploy.local.stand import say

# Of these the money's record would go with it: the namespace takes every volume along.
_DATA = ("Namespace", "PersistentVolumeClaim", "PersistentVolume")
# Secrets hold keys that may be nowhere else, so they count as data too.
_KEPT = (*_DATA, "Secret")
GONE_SECONDS = 120.0


def undeploy(asked: Asked) -> int:
    """The last applied goes first: the doors close before those who do the work behind them."""
    overlay = asked.overlay()
    namespace, also_data = overlay.namespace, asked.is_on("ALSO_DATA")
    if asked.text("CONFIRM") != overlay.name:
        data = ", its namespace and ALL ITS RECORDS" if also_data else "; its records and secrets stay"
        raise AskedWrongError(
            f"This ends {overlay.name} in {namespace}{data}: say CONFIRM={overlay.name} if you mean it."
        )
    if not also_data:
        _refuse_volumes_that_go_along(overlay)
    kubectl = asked.kubectl()
    say(f"Removing {overlay.name} from the cluster of context {kubectl.reach()}, namespace {namespace}.")
    groups = [[each for each in members if _goes(each, also_data)] for _, members in overlay.stages()]
    with counting("Removing", sum(map(len, groups))) as done:
        for members in filter(None, reversed(groups)):
            kubectl.delete([each.document for each in reversed(members)], GONE_SECONDS)
            for each in members:
                done(f"{each.kind} {each.name}")
    say("All has gone." if also_data else f"All has gone but the namespace {namespace}, its volumes and its secrets.")
    return 0


def _goes(manifest: Manifest, also_data: bool) -> bool:
    return also_data or manifest.kind not in _KEPT


def _refuse_volumes_that_go_along(overlay: Overlay) -> None:
    for each in overlay.workloads:
        policy = each.document["spec"].get("persistentVolumeClaimRetentionPolicy", {})
        if policy.get("whenDeleted") == "Delete":
            raise AskedWrongError(
                f"{each.workload} deletes its volume when it goes: set "
                "persistentVolumeClaimRetentionPolicy.whenDeleted to Retain and deploy that first, or say ALSO_DATA=1."
            )
