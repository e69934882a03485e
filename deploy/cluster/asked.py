"""What the caller of a target wants: make hands `NAME=value` on in the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.cluster.kubectl import Kubectl
from deploy.cluster.manifests import Overlay, parse
from deploy.cluster.render import OVERLAYS, render

_ON = ("1", "true", "yes", "on")


class AskedWrongError(Exception):
    """The target was called with something missing or wrong: one sentence."""


@dataclass(frozen=True)
class Asked:
    """`values` are the environment's."""

    overlay_name: str
    values: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def is_on(self, name: str) -> bool:
        return self.text(name).lower() in _ON

    def seconds(self, name: str, default: float) -> float:
        """Raises AskedWrongError."""
        text = self.text(name)
        if text and not text.isdecimal():
            raise AskedWrongError(f"{name} is {text!r}: give whole seconds.")
        return float(text or default)

    def overlay(self) -> Overlay:
        """Rendered now. Raises AskedWrongError, RenderError."""
        if not self.overlay_name:
            raise AskedWrongError(f"Say which overlay: OVERLAY={' or OVERLAY='.join(overlay_names())}.")
        return parse(self.overlay_name, render(self.overlay_name))

    def kubectl(self, namespace: str = "") -> Kubectl:
        return Kubectl(self.text("CONTEXT"), namespace)


def asked_for(overlay_name: str) -> Asked:
    return Asked(overlay_name or os.environ.get("OVERLAY", "").strip(), dict(os.environ))


def overlay_names() -> list[str]:
    return sorted(path.parent.name for path in OVERLAYS.glob("*/kustomization.yaml"))
