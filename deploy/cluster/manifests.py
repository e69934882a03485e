"""What an overlay renders to, and in which order it goes to the cluster."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
GROUND, INGRESS = "ground", "ingress"

# Workers before listeners: a message for a task that a worker does not know yet is set aside (Celery docs: an unknown
# task is logged and thrown away). The first word that begins a workload's name decides; what no word fits goes with
# the workers.
_STAGE_OF = (
    (("valkey", "redis", "store"), "store"),
    (("sandbox",), "sandbox"),
    (("signer",), "signer"),
    (("console", "api", "subscription"), "console"),
    (("listener",), "listener"),
    (("flower",), "flower"),
)
STAGES = (GROUND, "store", "sandbox", "signer", "workers", "console", "listener", "flower", INGRESS)


@dataclass(frozen=True)
class Manifest:
    """One object of the cluster."""

    document: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return str(self.document["kind"])

    @property
    def name(self) -> str:
        return str(self.document["metadata"]["name"])

    @property
    def workload(self) -> str:
        """As kubectl wants it: `deployment/listener`."""
        return f"{self.kind.lower()}/{self.name}"

    @property
    def containers(self) -> Sequence[Mapping[str, Any]]:
        """Of a workload's pods, the main one first; of anything else none."""
        if self.kind not in WORKLOADS:
            return ()
        found: Sequence[Mapping[str, Any]] = self.document["spec"]["template"]["spec"]["containers"]
        return found

    @property
    def words(self) -> frozenset[str]:
        """Everything that the containers' commands say."""
        return frozenset(
            word
            for container in self.containers
            for text in (*container.get("command", ()), *container.get("args", ()))
            for word in str(text).replace(",", " ").split()
        )

    @property
    def stage(self) -> str:
        if self.kind == "Ingress":
            return INGRESS
        if self.kind not in WORKLOADS:
            return GROUND
        return next((stage for words, stage in _STAGE_OF if self.name.startswith(words)), "workers")


class OverlayError(Exception):
    """The overlay does not hold what is asked for: one sentence."""


@dataclass(frozen=True)
class Overlay:
    """Everything that one overlay renders to."""

    name: str
    manifests: Sequence[Manifest]

    @property
    def namespace(self) -> str:
        """The one of its workloads. Raises OverlayError."""
        names = {str(each.document["metadata"].get("namespace", "")) for each in self.workloads}
        if len(names) != 1 or "" in names:
            raise OverlayError(f"The workloads of {self.name} must have one namespace, and they have {sorted(names)}.")
        return names.pop()

    @property
    def workloads(self) -> list[Manifest]:
        """In the order of their stages."""
        return [each for _, members in self.stages() for each in members if each.kind in WORKLOADS]

    def stages(self) -> Iterator[tuple[str, list[Manifest]]]:
        """Only those that have members, in the order in which they are applied."""
        for stage in STAGES:
            if members := [each for each in self.manifests if each.stage == stage]:
                yield stage, members

    def running(self, word: str) -> Manifest:
        """The workload whose command says this word. Raises OverlayError."""
        found = [each for each in self.workloads if word in each.words]
        if not found:
            raise OverlayError(f"No workload of {self.name} runs {word}: look at `make render OVERLAY={self.name}`.")
        return found[0]

    def named(self, name: str) -> Manifest:
        """The workload of this name. Raises OverlayError."""
        names = {each.name: each for each in self.workloads}
        if name not in names:
            raise OverlayError(f"{self.name} has no {name or 'service without a name'}: say one of {', '.join(names)}.")
        return names[name]


def parse(name: str, rendered: str) -> Overlay:
    """Rendered YAML as manifests."""
    return Overlay(name, [Manifest(document) for document in yaml.safe_load_all(rendered) if document])
