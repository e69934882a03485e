"""Secrets are files, each in the hands of those who need it; the private key is the signer's alone."""

import json

import pytest

from deploy.cluster import sandbox_secrets
from tests.deploy.overlays import NAMES, Workload, environment_of, every_workload, of_kind, render_with, workloads

HOLDERS = {
    "setup": {"worker-payments", "worker-messages", "worker-deliveries", "beat"},
    "notifications": {"worker-payments", "worker-messages"},
    "signer-nonce": {"signer", "listener"},
    "signer-request": {"signer", "worker-payments"},
    "clearbank-public-key": {"listener"},
    "mambu-webhook": {"listener"},
    "sealing-keys": {"worker-deliveries", "subscription-api"},
    "flower": {"flower"},
    "store": {
        *("listener", "worker-payments", "worker-messages", "worker-deliveries"),
        *("worker-metrics", "beat", "subscription-api", "flower"),
    },
}
OWN = {
    "sandbox": {
        "signing-key": {"signer"},
        "store-users": {"valkey"},
        "simulated-bank": {"sandbox-clearbank"},
        "simulators": {"sandbox-clearbank", "sandbox-mambu", "sandbox-sinks"},
    },
    "production": {"signing-key-kms": {"signer"}},
}
PODS = pytest.mark.parametrize(
    ("overlay", "pods"),
    [pytest.param(overlay, each, id=f"{overlay}-{each.name}") for overlay, each in every_workload()],
)


@pytest.fixture(scope="module")
def made_up() -> dict[str, dict[str, str]]:
    return {name: dict(files) for name, files in sandbox_secrets.sandbox_secrets().items()}


@pytest.mark.parametrize("overlay", NAMES)
def test_each_secret_is_held_by_those_who_need_it(overlay: str) -> None:
    found: dict[str, set[str]] = {}
    for each in workloads(overlay):
        for name in each.secrets:
            found.setdefault(name, set()).add(each.name)
    assert found == HOLDERS | OWN[overlay]


@pytest.mark.parametrize("component", ["signing-key-file", "signing-key-kms", "signing-key-pkcs11"])
def test_wherever_the_key_is_the_signer_alone_reaches_it(component: str, tmp_path) -> None:
    rendered = [Workload(each) for each in render_with(tmp_path, component) if each["kind"] == "Deployment"]
    holders = {each.name for each in rendered if any(name.startswith("signing-key") for name in each.secrets)}
    told = {each.name for each in rendered if any("SIGNING_KEY" in name for name in each.literals)}
    assert holders == told == {"signer"}


@PODS
def test_no_secret_is_spelled_out_or_taken_into_the_environment(overlay: str, pods: Workload) -> None:
    secret = (
        "TOKEN",
        "PASSWORD",
        "SECRET_KEY",
        "SEALING_KEYS",
        "PIN",
        "API_KEYS",
        "REDIS_URL",
        "BROKER_URL",
        "BASIC_AUTH",
    )
    assert [name for name in environment_of(overlay, pods) if name.endswith(secret)] == []
    assert [each for each in pods.container.get("env", []) if "valueFrom" in each] == []
    if not pods.name.startswith("sandbox-"):
        assert [source for source in pods.container.get("envFrom", []) if "secretRef" in source] == []


@PODS
def test_every_file_that_a_setting_names_is_mounted(overlay: str, pods: Workload) -> None:
    mounts = [mount["mountPath"] for mount in pods.container["volumeMounts"]]
    for name, value in environment_of(overlay, pods).items():
        if value.startswith("/") and not name.endswith("MODULE"):
            assert any(value == path or value.startswith(f"{path}/") for path in mounts), name


def test_production_has_every_key_of_every_secret_from_the_vault() -> None:
    offered = {
        each["metadata"]["name"]: {entry["secretKey"] for entry in each["spec"]["data"]}
        for each in of_kind("production", "ExternalSecret")
    }
    assert missing_files("production", offered) == []
    tls = {entry["secretName"] for each in of_kind("production", "Ingress") for entry in each["spec"]["tls"]}
    assert tls <= set(offered)
    for each in of_kind("production", "TriggerAuthentication"):
        for target in each["spec"]["secretTargetRef"]:
            assert target["key"] in offered[target["name"]]


def test_the_sandbox_makes_up_every_key_of_every_secret(made_up: dict[str, dict[str, str]]) -> None:
    assert missing_files("sandbox", made_up) == []
    assert made_up.keys() == HOLDERS.keys() | OWN["sandbox"].keys()


def test_the_sandboxs_secrets_bring_the_namespace_that_they_need_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_secrets, "sandbox_secrets", lambda: {"setup": {"setup.json": "{}"}})
    namespace, secret = sandbox_secrets.manifests()
    assert namespace["kind"] == "Namespace"
    assert namespace["metadata"]["name"] == secret["metadata"]["namespace"]


def missing_files(overlay: str, offered) -> list[str]:
    """Files that settings name and no secret offers."""
    missing = []
    for each in workloads(overlay):
        paths = {mount["name"]: mount["mountPath"] for mount in each.container["volumeMounts"]}
        for volume in (volume for volume in each.pod["volumes"] if "secret" in volume):
            files = set(offered.get(volume["secret"]["secretName"], ()))
            if items := volume["secret"].get("items"):
                assert {item["key"] for item in items} <= files
                files = {item["path"] for item in items}
            folder = paths[volume["name"]] + "/"
            named = {value for value in environment_of(overlay, each).values() if value.startswith(folder)}
            missing += [value for value in named if value.removeprefix(folder) not in files]
    return missing


def test_the_sandboxs_secrets_agree_with_each_other(made_up: dict[str, dict[str, str]]) -> None:
    setup, simulators = json.loads(made_up["setup"]["setup.json"]), made_up["simulators"]
    assert setup["authorizationHeader"] == f"Bearer {simulators['SANDBOX_CLEARBANK_TOKEN']}"
    assert setup["mambuPassword"] == simulators["SANDBOX_MAMBU_PASSWORD"]
    assert made_up["mambu-webhook"]["password"] == simulators["MAMBU_WEBHOOK_PASSWORD"]
    assert made_up["signer-nonce"]["token"] != made_up["signer-request"]["token"]
