"""`make logs` and `make flower`: let kubectl talk to the terminal."""

from deploy.cluster.asked import Asked
from deploy.local.stand import say

_MOST_PODS, _LINES, _FLOWER_PORT = "50", "200", "5555"


def logs(asked: Asked) -> int:
    """The last lines of every pod of one service; FOLLOW=1 stays."""
    overlay = asked.overlay()
    workload = overlay.named(asked.text("SERVICE"))
    kubectl = asked.kubectl(overlay.namespace)
    kubectl.reach()
    labels = workload.document["spec"]["selector"]["matchLabels"]
    selector = ",".join(f"{name}={value}" for name, value in sorted(labels.items()))
    options = (
        f"--tail={asked.text('TAIL', _LINES)}",
        "--prefix",
        "--all-containers",
        f"--max-log-requests={_MOST_PODS}",
    )
    return kubectl.show("logs", f"--selector={selector}", *options, *(["--follow"] if asked.is_on("FOLLOW") else []))


def flower(asked: Asked) -> int:
    """Flower's port here, until Ctrl-C."""
    overlay = asked.overlay()
    workload = overlay.named("flower")
    kubectl = asked.kubectl(overlay.namespace)
    kubectl.reach()
    here, there = asked.text("FLOWER_PORT", _FLOWER_PORT), workload.containers[0]["ports"][0]["containerPort"]
    say(f"Flower is at http://127.0.0.1:{here} until Ctrl-C; it shows, and changes nothing.")
    return kubectl.show("port-forward", "--address=127.0.0.1", workload.workload, f"{here}:{there}")
