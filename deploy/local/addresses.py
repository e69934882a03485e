"""The ports of a stand: the promised ones, unless the environment says otherwise."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

PORTS = {
    "LISTENER_PORT": 8080,
    "SIGNER_PORT": 8081,
    "API_PORT": 8083,
    "FLOWER_PORT": 5555,
    "SANDBOX_CLEARBANK_PORT": 8091,
    "SANDBOX_MAMBU_PORT": 8092,
    "SANDBOX_SINKS_PORT": 8093,
}


@dataclass(frozen=True)
class Addresses:
    """Port numbers by the name of their setting."""

    ports: Mapping[str, int]

    def url(self, setting: str) -> str:
        return f"http://127.0.0.1:{self.ports[setting]}"


def promised_addresses() -> Addresses:
    """For `make up`: fixed, so that scripts and people find them."""
    return Addresses({name: int(os.environ.get(name) or port) for name, port in PORTS.items()})


def undisturbed_addresses() -> Addresses:
    """For the demo: as promised where free, else any free port, so that it runs beside `make up`."""
    promised = promised_addresses().ports
    return Addresses({name: port if is_free(port) else free_port() for name, port in promised.items()})


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
