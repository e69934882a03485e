"""The alert rules as they stand in the cluster's resource."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
RESOURCE = ROOT / "deploy/monitoring/prometheus-rule.yaml"


def groups() -> dict[str, Any]:
    """What Prometheus itself reads: the resource's spec."""
    spec: dict[str, Any] = yaml.safe_load(RESOURCE.read_text())["spec"]
    return spec


def alerts() -> list[dict[str, Any]]:
    return [rule for group in groups()["groups"] for rule in group["rules"]]
