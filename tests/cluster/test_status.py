"""`make status`, `make logs`, `make flower`: what is asked of the cluster, and what people see."""

import pytest

from tests.cluster.conftest import Make
from tests.cluster.fake_kubectl import FakeKubectl
from tests.cluster.overlays import NAMESPACE, a_running, a_workload, an_overlay, an_overlay_of

FIGURES = """
# TYPE causeway_due_records gauge
causeway_due_records 12
causeway_sweeper_late_seconds 3
causeway_parked_records 2
causeway_parked_oldest_seconds 7200
causeway_flows{kind="disbursement",state="submitted"} 4
causeway_flows{kind="disbursement",state="settled"} 0
causeway_flows_oldest_seconds{kind="disbursement",state="submitted"} 93784
causeway_flows_oldest_seconds{kind="disbursement",state="settled"} 0
causeway_deliveries{state="WAITING"} 5
causeway_deliveries{state="SENT"} 5000
causeway_deliveries_late_seconds 61
"""


@pytest.fixture
def cluster(kubectl: FakeKubectl) -> FakeKubectl:
    """It runs a listener and the workers' metrics, and nothing else is wanted."""
    rows = (("listener", "python -m services.listener", 8080), ("metrics", "python -m services.worker.metrics", 9108))
    workloads = [a_workload("Deployment", *row) for row in rows]
    pods = [
        {"metadata": {"labels": {"app.kubernetes.io/name": "listener"}}, "status": {"containerStatuses": statuses}}
        for statuses in ([{"restartCount": 40}], [{"restartCount": 2}])
    ]
    kubectl.answer("kustomize", stdout=an_overlay())
    kubectl.answer("deployments,statefulsets", stdout={"items": [a_running(each) for each in workloads]})
    kubectl.answer("get", "pods", stdout={"items": pods})
    kubectl.answer("exec", stdout=FIGURES)
    return kubectl


def test_it_shows_replicas_restarts_and_the_age_of_what_is_unfinished(
    cluster: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    make("status", OVERLAY="production")
    shown = capsys.readouterr().out
    listener = next(line for line in shown.splitlines() if "deployment/listener" in line)
    assert "2/2" in listener
    assert "42" in listener
    for what, count, age in (
        ("due", "12", "0:00:03"),
        ("waits for a person", "2", "2:00:00"),
        ("disbursement submitted", "4", "1 day, 2:03:04"),
        ("delivery WAITING", "5", ""),
        ("delivery that is due", "", "0:01:01"),
    ):
        assert [what, count, age] in [[cell.strip() for cell in line.split("│")[1:4]] for line in shown.splitlines()]
    assert "settled" not in shown
    assert "SENT" not in shown


def test_the_figures_are_asked_for_inside_the_pod_that_has_them(cluster: FakeKubectl, make: Make) -> None:
    make("status", OVERLAY="production")
    (call,) = cluster.calls("exec")
    assert call.asked[0] == f"--namespace={NAMESPACE}"
    assert "deployment/worker-metrics" in call.asked
    assert call.asked[-1] == "9108"


def test_one_that_is_not_whole_or_not_there_makes_it_fail(
    cluster: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make("status", OVERLAY="production") == 1
    assert "Not deployed: deployment/beat" in capsys.readouterr().err
    whole = [a_workload("Deployment", "listener", "python -m services.listener", 8080)]
    cluster.answer("kustomize", stdout=an_overlay_of(whole))
    cluster.answer("deployments,statefulsets", stdout={"items": [a_running(each) for each in whole]})
    assert make("status", OVERLAY="production") == 0
    cluster.answer("deployments,statefulsets", stdout={"items": [a_running(each, ready=1) for each in whole]})
    assert make("status", OVERLAY="production") == 1


def test_without_the_figures_the_rest_is_still_shown(
    cluster: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.answer("exec", stderr="error: unable to upgrade connection\n", code=1)
    make("status", OVERLAY="production")
    seen = capsys.readouterr()
    assert "deployment/listener" in seen.out
    assert "unable to upgrade connection" in seen.err


@pytest.mark.parametrize("service", ["listener", "subscription-api", "worker-deliveries"])
def test_logs_are_those_of_every_pod_of_one_service(service: str, kubectl: FakeKubectl, make: Make) -> None:
    assert make("logs", OVERLAY="production", SERVICE=service, FOLLOW="1") == 0
    (call,) = kubectl.calls("logs")
    assert f"--selector=app.kubernetes.io/name={service}" in call.asked
    assert "--follow" in call.asked


def test_logs_of_an_unknown_service_name_those_that_are_there(
    kubectl: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make("logs", OVERLAY="production", SERVICE="listner") == 1
    assert "listener" in capsys.readouterr().err
    assert not kubectl.calls("logs")


def test_flower_is_brought_to_this_machine_alone(kubectl: FakeKubectl, make: Make) -> None:
    assert make("flower", OVERLAY="production", FLOWER_PORT="5999") == 0
    (call,) = kubectl.calls("port-forward")
    assert call.asked[-2:] == ["deployment/flower", "5999:5555"]
    assert "--address=127.0.0.1" in call.asked
