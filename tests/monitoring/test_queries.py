"""Alerts and dashboard ask for metrics that exist, by labels that they have."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.monitoring import dashboard
from tests.monitoring.metrics_page import on_the_page
from tests.monitoring.rules import ROOT, alerts

_SELECTOR = re.compile(r"\b(causeway_\w+)(?:\{([^}]*)\})?")
_LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_ADDED = {"le", "job", "instance"}  # by the histogram, by Prometheus


def panels() -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = json.loads(dashboard.FILE.read_text())["panels"]
    return [panel for panel in shown if panel["type"] != "row"]


def queries() -> Iterator[Any]:
    for alert in alerts():
        yield pytest.param(alert["expr"], id=f"{alert['alert']} {alert['labels']['severity']}")
    for panel in panels():
        for target in panel["targets"]:
            yield pytest.param(target["expr"], id=f"{panel['title']} {target['refId']}")


@pytest.mark.parametrize("query", list(queries()))
def test_a_query_names_metrics_and_labels_that_exist(query: str) -> None:
    known = on_the_page()
    for name, matchers in _SELECTOR.findall(query):
        metric = known.get(name) or known.get(re.sub(r"_(bucket|count|sum)$", "", name))
        assert metric, f"nobody exports {name}"
        assert set(_LABEL.findall(matchers)) <= metric.labels | _ADDED


def test_every_panel_says_what_it_shows_and_in_which_unit() -> None:
    for panel in panels():
        assert panel["description"], panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["targets"], panel["title"]


def test_every_metric_is_shown() -> None:
    asked = " ".join(target["expr"] for panel in panels() for target in panel["targets"])
    # Of these the alerts alone speak: they are events, or stand beside one that is shown.
    unseen = {
        "causeway_signer_key_ready",
        "causeway_signer_credential_faults_total",
        "causeway_poison_total",
        "causeway_parked_oldest_seconds",
        "causeway_flows_oldest_seconds",
    }
    assert {name for name in on_the_page() if name not in asked} == unseen


def test_the_dashboard_in_the_tree_is_the_one_that_its_program_makes() -> None:
    assert dashboard.FILE.read_text() == dashboard.rendered()


def test_the_alerts_know_every_reason_for_a_401() -> None:
    sources = [path.read_text() for path in (ROOT / "services/listener").glob("*.py")]
    refusals = {reason for text in sources for reason in re.findall(r'refuse_origin\("(\w+)"\)', text)}
    proofs = {reason for text in sources for reason in re.findall(r'reason: ClassVar\[str\] = "(\w+)"', text)}
    (asked,) = {
        matchers
        for rule in alerts()
        if rule["alert"] == "WebhooksRefusedUnauthorised"
        for matchers in re.findall(r'result=~"([a-z_|]*invalid[a-z_|]*)"', rule["expr"])
    }
    assert set(asked.split("|")) == refusals | proofs
