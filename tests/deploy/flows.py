"""Which flows the network policies of a cluster allow, as pods and ports."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.deploy.overlays import Document, Workload


@dataclass(frozen=True, order=True)
class Flow:
    """`sender` and `receiver` are workloads' names, or what stands outside: `namespace:NAME`, `addresses:CIDR`."""

    sender: str
    receiver: str
    port: str


@dataclass(frozen=True)
class Network:
    """What Kubernetes makes of policies: a flow between two pods needs one at either end."""

    workloads: list[Workload]
    policies: list[Document]

    def allowed_out(self) -> set[Flow]:
        return set(self._flows("egress", "to"))

    def allowed_in(self) -> set[Flow]:
        return set(self._flows("ingress", "from"))

    def _flows(self, direction: str, peers_key: str) -> Iterator[Flow]:
        for policy in self.policies:
            for here in self._selected(policy["spec"]["podSelector"]):
                for rule in policy["spec"].get(direction, []):
                    assert rule.get(peers_key), f"{policy['metadata']['name']} names no peer, which is everybody"
                    assert rule.get("ports"), f"{policy['metadata']['name']} names no port, which is all of them"
                    for there in (name for peer in rule[peers_key] for name in self._peer(peer)):
                        sender, receiver = (here.name, there) if direction == "egress" else (there, here.name)
                        for port in rule["ports"]:
                            yield Flow(sender, receiver, self._number(port, receiver))

    def _selected(self, selector: Mapping[str, Any]) -> list[Workload]:
        return [each for each in self.workloads if selects(selector, each.labels)]

    def _peer(self, peer: Mapping[str, Any]) -> list[str]:
        if "ipBlock" in peer:
            return [f"addresses:{peer['ipBlock']['cidr']}"]
        if "namespaceSelector" in peer:
            ((label, value),) = peer["namespaceSelector"]["matchLabels"].items()
            return [f"namespace:{value if label == 'kubernetes.io/metadata.name' else label}"]
        return [each.name for each in self._selected(peer["podSelector"])]

    def _number(self, port: Mapping[str, Any], receiver: str) -> str:
        """A named port is one of the receiver's container."""
        if isinstance(port["port"], int):
            return f"{port['port']}-{port['endPort']}" if "endPort" in port else str(port["port"])
        (pods,) = (each for each in self.workloads if each.name == receiver)
        ports = {each["name"]: each["containerPort"] for each in pods.container["ports"]}
        return str(ports[port["port"]])


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """A label selector with what ours use: matchLabels and In."""
    assert set(selector) <= {"matchLabels", "matchExpressions"}
    for expression in selector.get("matchExpressions", []):
        assert expression["operator"] == "In"
        if labels.get(expression["key"]) not in expression["values"]:
            return False
    return bool(selector.get("matchLabels", {}).items() <= labels.items())
