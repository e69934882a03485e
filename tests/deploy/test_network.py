"""Every flow is named, at both ends, and is one that the architecture knows."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.deploy.flows import Flow, Network
from tests.deploy.overlays import NAMES, Workload, environment_of, of_kind, render_with, workloads

STORE_USERS = (
    *("listener", "worker-payments", "worker-messages", "worker-deliveries"),
    *("worker-metrics", "beat", "subscription-api", "flower"),
)
WITHIN = {
    "sandbox": {
        ("listener", "signer", "8081"),
        ("worker-payments", "signer", "8081"),
        *((user, "valkey", "6379") for user in STORE_USERS),
        ("worker-payments", "sandbox-clearbank", "8091"),
        ("worker-payments", "sandbox-mambu", "8092"),
        ("worker-messages", "sandbox-mambu", "8092"),
        ("worker-deliveries", "sandbox-sinks", "8093"),
        ("sandbox-clearbank", "listener", "8080"),
        ("sandbox-mambu", "listener", "8080"),
    },
    "production": {("listener", "signer", "8081"), ("worker-payments", "signer", "8081")},
}
PROMETHEUS = {
    ("namespace:monitoring", name, port)
    for name, port in (
        ("listener", "8080"),
        ("signer", "8081"),
        ("worker-metrics", "9108"),
        ("subscription-api", "8083"),
    )
}
FROM_OUTSIDE = {
    "sandbox": {*PROMETHEUS, ("namespace:causeway/subscribes", "subscription-api", "8083")},
    "production": {
        *PROMETHEUS,
        ("namespace:causeway/subscribes", "subscription-api", "8083"),
        ("namespace:ingress-nginx", "listener", "8080"),
    },
}
TO_OUTSIDE = {
    "sandbox": set(),
    "production": {
        ("worker-payments", "addresses:0.0.0.0/0", "443"),
        ("worker-messages", "addresses:0.0.0.0/0", "443"),
        ("worker-deliveries", "addresses:0.0.0.0/0", "1-65535"),
        ("signer", "addresses:0.0.0.0/0", "443"),  # AWS KMS
        *((user, "addresses:yours", "6379") for user in STORE_USERS),  # the store
    },
}
DNS = "namespace:kube-system"
OVERLAYS = pytest.mark.parametrize("overlay", NAMES)


def network(overlay: str) -> Network:
    return Network(workloads(overlay), of_kind(overlay, "NetworkPolicy"))


def network_with(folder: Path, component: str) -> Network:
    """Of the base with one component."""
    found = render_with(folder, component)
    pods = [Workload(each) for each in found if each["kind"] == "Deployment"]
    return Network(pods, [each for each in found if each["kind"] == "NetworkPolicy"])


def is_outside(name: str) -> bool:
    return ":" in name


@OVERLAYS
def test_what_no_policy_names_is_denied_in_both_directions(overlay: str) -> None:
    specs = [each["spec"] for each in of_kind(overlay, "NetworkPolicy")]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in specs
    # A list of the wrong direction would be ignored, or would deny what it means to allow.
    for spec in specs:
        assert {kind.lower() for kind in spec["policyTypes"]} == (set(spec) & {"ingress", "egress"}) or len(spec) == 2


@OVERLAYS
def test_a_flow_between_pods_is_allowed_at_both_ends_and_is_a_known_one(overlay: str) -> None:
    out = {flow for flow in network(overlay).allowed_out() if not is_outside(flow.receiver)}
    into = {flow for flow in network(overlay).allowed_in() if not is_outside(flow.sender)}
    assert out == into
    assert out == {Flow(*ends) for ends in WITHIN[overlay]}


@OVERLAYS
def test_what_comes_from_outside_is_known(overlay: str) -> None:
    found = {flow for flow in network(overlay).allowed_in() if is_outside(flow.sender)}
    # KEDA may ask a store in the cluster; there is none in production.
    assert found == {Flow(*ends) for ends in FROM_OUTSIDE[overlay]}


@OVERLAYS
def test_what_goes_outside_is_known_and_everybody_asks_for_names(overlay: str) -> None:
    out = {flow for flow in network(overlay).allowed_out() if is_outside(flow.receiver)}
    assert {flow for flow in out if flow.receiver != DNS} == {Flow(*ends) for ends in TO_OUTSIDE[overlay]}
    assert {flow.sender for flow in out if flow.receiver == DNS} == {each.name for each in workloads(overlay)}


@OVERLAYS
def test_every_service_is_reached_by_somebody_on_the_port_it_leads_to(overlay: str) -> None:
    reached = {(flow.receiver, flow.port) for flow in network(overlay).allowed_in()}
    by_name = {each.name: each for each in workloads(overlay)}
    for service in of_kind(overlay, "Service"):
        (port,) = service["spec"]["ports"]
        pods = by_name[service["spec"]["selector"]["app.kubernetes.io/name"]]
        named = {each["name"]: each["containerPort"] for each in pods.container["ports"]}
        assert named[port["targetPort"]] == port["port"]
        assert (pods.name, str(port["port"])) in reached


@OVERLAYS
def test_every_address_that_a_process_is_told_is_one_it_may_reach(overlay: str) -> None:
    allowed = network(overlay).allowed_out()
    told = [
        (each.name, urlsplit(value))
        for each in workloads(overlay)
        for name, value in environment_of(overlay, each).items()
        if re.match(r"https?://", value)
    ]
    assert told
    for name, url in told:
        assert Flow(name, str(url.hostname), str(url.port)) in allowed


def test_what_sends_strangers_webhooks_reaches_nothing_nearby() -> None:
    (policy,) = (
        each for each in of_kind("production", "NetworkPolicy") if each["metadata"]["name"] == "deliveries-out"
    )
    (peer,) = policy["spec"]["egress"][0]["to"]
    nearby = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"}
    assert nearby <= set(peer["ipBlock"]["except"])


def test_prometheus_asks_those_whom_it_may_reach() -> None:
    (monitor,) = of_kind("production", "ServiceMonitor")
    (endpoint,) = monitor["spec"]["endpoints"]
    (asked,) = (rule["regex"] for rule in endpoint["relabelings"] if rule.get("action") == "keep")
    assert set(asked.split("|")) == {receiver for _, receiver, _ in PROMETHEUS}


def test_whoever_traces_reaches_the_collector_and_nobody_else_does(tmp_path: Path) -> None:
    traced = network_with(tmp_path, "tracing")
    endpoints = {each.name: each.literals.get("OTEL_EXPORTER_OTLP_ENDPOINT") for each in traced.workloads}
    tracing = {name for name, endpoint in endpoints.items() if endpoint}
    assert tracing == {"listener", "worker-payments", "worker-messages", "worker-deliveries"}
    assert {endpoints[name] for name in tracing} == {"http://opentelemetry-collector.monitoring:4318"}
    reaching = {flow for flow in traced.allowed_out() if flow.port == "4318"}
    assert reaching == {Flow(name, "namespace:monitoring", "4318") for name in tracing}


@OVERLAYS
def test_nobody_traces_unless_an_overlay_asks_for_it(overlay: str) -> None:
    assert [each.name for each in workloads(overlay) if "OTEL_EXPORTER_OTLP_ENDPOINT" in each.literals] == []


def test_whoever_uses_a_broker_elsewhere_reaches_it_and_the_metrics_know_of_it(tmp_path: Path) -> None:
    brokered = network_with(tmp_path, "external-broker")
    told = {each.name for each in brokered.workloads if "BROKER_URL_FILE" in each.literals}
    assert told == {each.name for each in brokered.workloads if "REDIS_URL_FILE" in each.literals}
    reaching = {flow.sender for flow in brokered.allowed_out() if flow.receiver == "addresses:198.51.100.0/24"}
    assert reaching == told - {"worker-metrics"}  # it only asks the store
