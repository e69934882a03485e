"""Metrics of one process, asked for from within its pod: no network policy stands in the way of loopback."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from deploy.cluster.kubectl import Kubectl
from deploy.cluster.manifests import Manifest

_ASK = """
import sys, urllib.request
print(urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/metrics", timeout=10).read().decode())
"""


@dataclass(frozen=True)
class Figure:
    name: str
    labels: Mapping[str, str]
    value: float


def figures_of(kubectl: Kubectl, workload: Manifest) -> list[Figure]:
    """Of one pod of the workload. Raises ClusterError."""
    container = workload.containers[0]
    port = container["ports"][0]["containerPort"]
    return list(read_figures(kubectl.inside(workload.workload, container["name"], _ASK, str(port))))


def read_figures(text: str) -> Iterator[Figure]:
    """Prometheus text."""
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield Figure(sample.name, sample.labels, sample.value)
