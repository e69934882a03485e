"""What every process of the cluster must have, and that the queues and settings are the code's."""

import re
from pathlib import Path

import pytest

from shared.messages import queues
from tests.deploy.overlays import NAMES, Workload, environment_of, every_workload, of_kind, workload, workloads

ROOT = Path(__file__).parents[2]
PODS = pytest.mark.parametrize(
    ("overlay", "pods"),
    [pytest.param(overlay, each, id=f"{overlay}-{each.name}") for overlay, each in every_workload()],
)
# Names that are not ours: of Python, OpenSSL, Celery's worker, Flower's config and the simulators.
FOREIGN = re.compile(r"SSL_CERT_FILE|REMAP_SIGTERM|FLOWER_\w+|SANDBOX_\w+")


def settings_on_the_page() -> set[str]:
    rows = [line for line in (ROOT / "docs/settings.md").read_text().splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z0-9_]{4,})`", row.split("|")[1])}


@PODS
def test_every_setting_that_a_manifest_names_exists(overlay: str, pods: Workload) -> None:
    known = settings_on_the_page()
    named = [name for name in environment_of(overlay, pods) if not FOREIGN.fullmatch(name)]
    assert [name for name in named if name not in known and name.removesuffix("_FILE") not in known] == []


@PODS
def test_a_pod_is_watched_and_bounded(overlay: str, pods: Workload) -> None:
    container = pods.container
    assert "livenessProbe" in container
    assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
    assert "memory" in container["resources"]["limits"]
    assert pods.pod["terminationGracePeriodSeconds"] >= 10
    if container.get("ports"):
        assert "readinessProbe" in container


@pytest.mark.parametrize("overlay", NAMES)
def test_every_queue_has_consumers_and_no_other_is_consumed(overlay: str) -> None:
    consumed = [name for each in workloads(overlay) for name in queues_of(each)]
    assert sorted(consumed) == sorted(queues.ALL)


def queues_of(pods: Workload) -> list[str]:
    command = pods.container["command"]
    return command[command.index("-Q") + 1].split(",") if "-Q" in command else []


@pytest.mark.parametrize("overlay", NAMES)
def test_a_worker_ends_softly_and_shows_that_it_lives(overlay: str) -> None:
    consumers = [each for each in workloads(overlay) if queues_of(each)]
    assert len(consumers) == 3
    for each in consumers:
        assert each.literals["REMAP_SIGTERM"] == "SIGQUIT"
        assert each.pod["terminationGracePeriodSeconds"] > 25  # seconds a worker may take
        assert each.container["livenessProbe"]["exec"]["command"] == ["python", "-m", "services.worker.liveness"]


@pytest.mark.parametrize("overlay", NAMES)
@pytest.mark.parametrize("name", ["listener", "signer", "subscription-api"])
def test_a_door_serves_until_everybody_knows_that_it_closes(overlay: str, name: str) -> None:
    pods = workload(overlay, name)
    slept = pods.container["lifecycle"]["preStop"]["sleep"]["seconds"]
    kill_seconds = 10  # shared/runtime/server.py
    drained = int(pods.literals["DRAIN_SECONDS"])
    assert slept > 0
    assert slept + drained + kill_seconds < pods.pod["terminationGracePeriodSeconds"]


def test_production_has_three_listeners_spread_over_zones_and_nodes() -> None:
    (autoscaler,) = (
        each for each in of_kind("production", "HorizontalPodAutoscaler") if each["metadata"]["name"] == "listener"
    )
    assert autoscaler["spec"]["minReplicas"] == 3
    assert {metric["type"] for metric in autoscaler["spec"]["metrics"]} == {"Resource", "Pods"}
    spread = workload("production", "listener").pod["topologySpreadConstraints"]
    assert {each["topologyKey"] for each in spread} == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}


@pytest.mark.parametrize("overlay", NAMES)
def test_every_workload_that_runs_twice_has_a_disruption_budget(overlay: str) -> None:
    scaled = {
        each["spec"]["scaleTargetRef"]["name"] for each in of_kind(overlay, "HorizontalPodAutoscaler", "ScaledObject")
    }
    several = scaled | {each.name for each in workloads(overlay) if each.document["spec"].get("replicas", 1) > 1}
    budgets = {each["metadata"]["name"]: each["spec"]["selector"] for each in of_kind(overlay, "PodDisruptionBudget")}
    assert set(budgets) == several
    for name, selector in budgets.items():
        assert selector["matchLabels"].items() <= workload(overlay, name).labels.items()


@pytest.mark.parametrize("overlay", NAMES)
def test_nobody_scales_what_is_not_there_and_no_one_is_scaled_twice(overlay: str) -> None:
    scalers = of_kind(overlay, "HorizontalPodAutoscaler", "ScaledObject")
    targets = [each["spec"]["scaleTargetRef"]["name"] for each in scalers]
    assert len(targets) == len(set(targets))
    assert set(targets) <= {each.name for each in workloads(overlay)}


def test_keda_looks_at_the_queues_that_a_worker_consumes() -> None:
    for scaled in of_kind("production", "ScaledObject"):
        looked_at = {trigger["metadata"]["listName"] for trigger in scaled["spec"]["triggers"]}
        assert looked_at == set(queues_of(workload("production", scaled["spec"]["scaleTargetRef"]["name"])))


def test_production_takes_images_by_digest_and_the_sandbox_has_a_tag_for_each() -> None:
    for each in workloads("production"):
        assert re.fullmatch(r".+@sha256:[0-9a-f]{64}", each.container["image"]), each.name
    for each in workloads("sandbox"):
        assert ":" in each.container["image"], each.name


def test_only_webhooks_come_in_from_outside_by_tls_from_named_addresses_and_in_bounds() -> None:
    for ingress in of_kind("production", "Ingress"):
        paths = [path for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
        assert all(path["path"].startswith("/webhooks/") for path in paths)
        assert {path["backend"]["service"]["name"] for path in paths} == {"listener"}
        hosts = {rule["host"] for rule in ingress["spec"]["rules"]}
        assert {host for tls in ingress["spec"]["tls"] for host in tls["hosts"]} == hosts
        annotations = ingress["metadata"]["annotations"]
        assert annotations["nginx.ingress.kubernetes.io/proxy-body-size"] == "1m"
        assert annotations["nginx.ingress.kubernetes.io/whitelist-source-range"]
    assert of_kind("sandbox", "Ingress") == []
