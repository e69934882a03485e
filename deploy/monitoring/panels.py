"""A panel of a Grafana dashboard, and how panels are laid out: as plain dictionaries, in the order of Grafana's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 24, 8  # in Grafana's grid


@dataclass(frozen=True)
class Panel:
    """`queries`: PromQL by legend. `alarm_at`: where the line turns red; `is_stat`: one number instead of a line."""

    title: str
    description: str
    unit: str
    queries: Mapping[str, str]
    alarm_at: float | None = None
    is_stat: bool = False


def dashboard(title: str, uid: str, rows: Mapping[str, Sequence[Panel]]) -> dict[str, Any]:
    """Rows of panels, each row as wide as the page."""
    return {
        "uid": uid,
        "title": title,
        "tags": ["causeway"],
        "schemaVersion": 39,
        "timezone": "browser",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]},
        "panels": _laid_out(rows),
    }


def _laid_out(rows: Mapping[str, Sequence[Panel]]) -> list[dict[str, Any]]:
    placed: list[dict[str, Any]] = []
    top = 0
    for title, panels in rows.items():
        place = {"x": 0, "y": top, "w": WIDTH, "h": 1}
        placed.append({"type": "row", "id": len(placed) + 1, "title": title, "collapsed": False, "gridPos": place})
        width = WIDTH // len(panels)
        for number, panel in enumerate(panels):
            place = {"x": number * width, "y": top + 1, "w": width, "h": HEIGHT}
            placed.append({"id": len(placed) + 1, "gridPos": place, **_panel(panel)})
        top += 1 + HEIGHT
    return placed


def _panel(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.alarm_at is not None:
        steps.append({"color": "red", "value": panel.alarm_at})
    return {
        "type": "stat" if panel.is_stat else "timeseries",
        "title": panel.title,
        "description": panel.description,
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "thresholds": {"mode": "absolute", "steps": steps},
                "custom": {} if panel.is_stat else {"thresholdsStyle": {"mode": "line" if len(steps) > 1 else "off"}},
            },
            "overrides": [],
        },
        "targets": [
            {"refId": chr(ord("A") + number), "expr": query, "legendFormat": legend}
            for number, (legend, query) in enumerate(panel.queries.items())
        ],
    }
