"""`make status`: what runs, how often it was started again, and how old the oldest unfinished work is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from rich.table import Table

from deploy.cluster.asked import Asked
from deploy.cluster.figures import Figure, figures_of
from deploy.cluster.kubectl import ClusterError, Kubectl
from deploy.cluster.manifests import Overlay, OverlayError
from deploy.local.progress import output
from deploy.local.stand import say

_WORKERS_FIGURES = "services.worker.metrics"
# What each says in one line; ages in seconds.
_COUNTS = {"causeway_due_records": "due", "causeway_parked_records": "waits for a person"}
_AGES = {"causeway_sweeper_late_seconds": "due", "causeway_parked_oldest_seconds": "waits for a person"}


def status(asked: Asked) -> int:
    """0 when every workload is whole."""
    overlay = asked.overlay()
    kubectl = asked.kubectl(overlay.namespace)
    kubectl.reach()
    found = kubectl.read("deployments,statefulsets")["items"]
    pods = kubectl.read("pods")["items"]
    table = Table("workload", "ready", "new", "restarts", "image", title=overlay.namespace, title_justify="left")
    is_whole = True
    for item in found:
        wanted, state = item["spec"].get("replicas", 1), item.get("status", {})
        ready, new = state.get("readyReplicas", 0), state.get("updatedReplicas", 0)
        is_whole &= ready == new == wanted
        colour = "green" if ready == new == wanted else "red"
        restarts = sum(_restarts(pod) for pod in pods if _belongs(pod, item))
        name = f"{item['kind'].lower()}/{item['metadata']['name']}"
        table.add_row(name, f"[{colour}]{ready}/{wanted}[/{colour}]", str(new), str(restarts), _image(item))
    output().print(table)
    absent = {each.workload for each in overlay.workloads} - {
        f"{item['kind'].lower()}/{item['metadata']['name']}" for item in found
    }
    if absent:
        say(f"Not deployed: {', '.join(sorted(absent))}.")
    _show_work(kubectl, overlay)
    return 0 if is_whole and not absent else 1


def _show_work(kubectl: Kubectl, overlay: Overlay) -> None:
    try:
        figures = figures_of(kubectl, overlay.running(_WORKERS_FIGURES))
    except (ClusterError, OverlayError) as error:
        say(f"How old the oldest work is cannot be told: {error}")
        return
    table = Table("unfinished", "records", "oldest", title_justify="left", title="work")
    for row in _work(figures):
        table.add_row(*row)
    output().print(table)


def _work(figures: Sequence[Figure]) -> Iterable[tuple[str, str, str]]:
    """What there is of each kind; states of flows only where something is in them."""
    values = {figure.name: figure.value for figure in figures if not figure.labels}
    ages = {what: values.get(name, 0.0) for name, what in _AGES.items()}
    for name, what in _COUNTS.items():
        yield what, f"{values.get(name, 0):.0f}", _age(ages[what])
    oldest = {_state(each): each.value for each in figures if each.name == "causeway_flows_oldest_seconds"}
    for figure in figures:
        if figure.name == "causeway_flows" and figure.value:
            yield _state(figure), f"{figure.value:.0f}", _age(oldest.get(_state(figure), 0.0))
        if figure.name == "causeway_deliveries" and figure.value and figure.labels["state"] != "SENT":
            yield f"delivery {figure.labels['state']}", f"{figure.value:.0f}", ""
    if late_seconds := values.get("causeway_deliveries_late_seconds"):
        yield "delivery that is due", "", _age(late_seconds)


def _state(figure: Figure) -> str:
    return f"{figure.labels['kind']} {figure.labels['state']}"


def _age(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds))) if seconds else ""


def _restarts(pod: Mapping[str, Any]) -> int:
    return sum(each["restartCount"] for each in pod.get("status", {}).get("containerStatuses", ()))


def _belongs(pod: Mapping[str, Any], workload: Mapping[str, Any]) -> bool:
    wanted = workload["spec"]["selector"]["matchLabels"].items()
    return bool(wanted <= pod["metadata"].get("labels", {}).items())


def _image(workload: Mapping[str, Any]) -> str:
    return str(workload["spec"]["template"]["spec"]["containers"][0]["image"])
