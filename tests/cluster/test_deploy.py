"""`make deploy` and `make undeploy`: what goes to the cluster, in which order, and what is refused."""

import sys
from pathlib import Path

import pytest

from tests.cluster.conftest import Make
from tests.cluster.fake_kubectl import FakeKubectl
from tests.cluster.overlays import NAMESPACE, a_workload, an_object, an_overlay

ORDER = (
    "statefulset/valkey",
    "deployment/signer",
    "deployment/beat",
    "deployment/worker-deliveries",
    "deployment/worker-metrics",
    "deployment/worker-payments",
    "deployment/subscription-api",
    "deployment/listener",
    "deployment/flower",
)
MONITOR = an_object("ServiceMonitor", "causeway") | {"apiVersion": "monitoring.coreos.com/v1"}


def test_each_stage_is_waited_for_before_the_next_is_applied(kubectl: FakeKubectl, make: Make) -> None:
    assert make("deploy", OVERLAY="production") == 0
    steps = [call for call in kubectl.calls() if "apply" in call.asked or "rollout" in call.asked]
    applied: set[str] = set()
    for step in steps:
        if "apply" in step.asked:
            applied |= {name.lower() for name in step.names()}
        else:
            assert step.asked[3] in applied
    assert tuple(call.asked[3] for call in kubectl.calls("rollout")) == ORDER
    assert steps[-1].names() == ["Ingress/webhooks"]


def test_the_namespace_comes_first_and_with_it_all_that_pods_need(kubectl: FakeKubectl, make: Make) -> None:
    make("deploy", OVERLAY="production")
    assert kubectl.calls("apply")[0].names() == [f"Namespace/{NAMESPACE}", "ConfigMap/settings"]


def test_every_call_goes_to_the_context_that_was_named(kubectl: FakeKubectl, make: Make) -> None:
    make("deploy", OVERLAY="production", CONTEXT="the-other")
    calls = [call.asked for call in kubectl.calls() if call.asked[0] != "kustomize"]
    assert {asked[0] for asked in calls} == {"--context=the-other"}


def test_after_a_stage_that_does_not_become_ready_nothing_is_touched(
    kubectl: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    kubectl.answer("rollout", "deployment/worker-payments", stderr="error: timed out waiting\n", code=1)
    assert make("deploy", OVERLAY="production", ROLLOUT_SECONDS="7") == 1
    assert not any("Deployment/listener" in call.names() for call in kubectl.calls("apply"))
    assert "--timeout=7s" in kubectl.calls("rollout")[0].asked
    said = capsys.readouterr().err
    assert "deployment/worker-payments did not become ready" in said
    assert "docs/upgrades.md" in said


def test_a_dry_run_shows_the_plan_and_asks_no_cluster(
    kubectl: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make("deploy", OVERLAY="production", DRY_RUN="1") == 0
    assert [call.asked[0] for call in kubectl.calls()] == ["kustomize"]
    shown = capsys.readouterr().out
    places = [shown.index(workload) for workload in ORDER]
    assert places == sorted(places)


def test_what_is_still_to_be_filled_in_is_refused_and_named(
    kubectl: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    yours = an_object("ConfigMap", "senders", data={"BANKS": "yours"})
    kubectl.answer("kustomize", stdout=an_overlay(yours, image="sha256:" + "0" * 64))
    assert make("deploy", OVERLAY="production") == 1
    assert not kubectl.calls("apply")
    make("deploy", OVERLAY="production", DRY_RUN="1")
    said = capsys.readouterr().err
    assert "ConfigMap senders: data.BANKS" in said
    assert "Deployment listener: spec.template.spec.containers.listener.image" in said


def test_a_kind_that_the_cluster_does_not_know_is_named_before_anything_is_applied(
    kubectl: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    kubectl.answer("kustomize", stdout=an_overlay(MONITOR))
    kubectl.answer("get", "/apis/monitoring.coreos.com/v1", stderr="Error from server (NotFound): not found\n", code=1)
    assert make("deploy", OVERLAY="production") == 1
    assert not kubectl.calls("apply")
    said = capsys.readouterr().err
    assert "ServiceMonitor" in said
    assert "take the component monitoring out" in said


@pytest.mark.parametrize(("kind", "code"), [("ServiceMonitor", 0), ("PodMonitor", 1)])
def test_a_kind_that_the_cluster_knows_is_applied(
    kind: str, code: int, kubectl: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    kubectl.answer("kustomize", stdout=an_overlay(MONITOR))
    kubectl.answer("get", "/apis/monitoring.coreos.com/v1", stdout={"resources": [{"kind": kind}]})
    assert make("deploy", OVERLAY="production") == code
    assert bool(kubectl.calls("apply")) is (code == 0)


def test_a_cluster_that_does_not_tell_its_kinds_is_not_taken_for_one_without(
    kubectl: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    kubectl.answer("kustomize", stdout=an_overlay(MONITOR))
    kubectl.answer("get", "/apis/monitoring.coreos.com/v1", stderr="Error from server (Forbidden): no\n", code=1)
    assert make("deploy", OVERLAY="production") == 1
    assert "Forbidden" in capsys.readouterr().err
    assert not kubectl.calls("apply")


def test_a_missing_secret_is_named_before_any_pod_waits_for_it(
    kubectl: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    kubectl.answer("kustomize", stdout=an_overlay(needs="signing-key"))
    assert make("deploy", OVERLAY="production") == 1
    assert len(kubectl.calls("apply")) == 1
    assert "signing-key" in capsys.readouterr().err


@pytest.mark.parametrize(
    "maker",
    [an_object("Secret", "signing-key"), an_object("ExternalSecret", "x", spec={"target": {"name": "signing-key"}})],
    ids=["Secret", "ExternalSecret"],
)
def test_a_secret_that_the_overlay_makes_is_not_asked_for(
    kubectl: FakeKubectl, make: Make, maker: dict[str, object]
) -> None:
    kubectl.answer("kustomize", stdout=an_overlay(maker, needs="signing-key"))
    assert make("deploy", OVERLAY="production") == 0


def test_without_kubectl_one_sentence_says_so(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert make("deploy", OVERLAY="production") == 1
    assert "kubectl" in capsys.readouterr().err


def test_without_a_cluster_one_sentence_says_so(
    kubectl: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    kubectl.answer("get", "/readyz", stderr="first\nUnable to connect to the server: refused\n", code=1)
    assert make("deploy", OVERLAY="production") == 1
    assert not kubectl.calls("apply")
    (sentence,) = capsys.readouterr().err.splitlines()[-1:]
    assert "KUBECONFIG" in sentence
    assert "Unable to connect" in sentence


@pytest.mark.parametrize("verb", ["deploy", "undeploy", "status", "logs", "flower"])
def test_an_overlay_must_be_named(
    verb: str, kubectl: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(verb) == 1
    assert "OVERLAY=production" in capsys.readouterr().err
    assert not kubectl.calls()


def test_undeploy_wants_the_overlay_said_twice(kubectl: FakeKubectl, make: Make) -> None:
    assert make("undeploy", OVERLAY="production", CONFIRM="yes") == 1
    assert make("undeploy", OVERLAY="production", CONFIRM="sandbox", ALSO_DATA="1") == 1
    assert not kubectl.calls("delete")


def test_undeploy_closes_the_doors_first_and_keeps_records_and_secrets(kubectl: FakeKubectl, make: Make) -> None:
    kept = (an_object("Secret", "signing-key"), an_object("PersistentVolumeClaim", "data"))
    kubectl.answer("kustomize", stdout=an_overlay(*kept))
    assert make("undeploy", OVERLAY="production", CONFIRM="production") == 0
    groups = [call.names() for call in kubectl.calls("delete")]
    assert groups[:3] == [["Ingress/webhooks"], ["Deployment/flower"], ["Deployment/listener"]]
    assert groups[-2:] == [["StatefulSet/valkey"], ["ConfigMap/settings"]]
    gone = {name.split("/")[0] for group in groups for name in group}
    assert gone == {"Ingress", "Deployment", "StatefulSet", "ConfigMap"}


def test_undeploy_takes_the_records_when_it_is_told_to(kubectl: FakeKubectl, make: Make) -> None:
    assert make("undeploy", OVERLAY="production", CONFIRM="production", ALSO_DATA="1") == 0
    assert f"Namespace/{NAMESPACE}" in kubectl.calls("delete")[-1].names()


def test_undeploy_refuses_a_store_whose_volume_would_go_along(
    kubectl: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = {"whenDeleted": "Delete"}
    store = a_workload("StatefulSet", "store", "valkey-server", persistentVolumeClaimRetentionPolicy=policy)
    kubectl.answer("kustomize", stdout=an_overlay(store))
    assert make("undeploy", OVERLAY="production", CONFIRM="production") == 1
    assert not kubectl.calls("delete")
    assert "statefulset/store" in capsys.readouterr().err
