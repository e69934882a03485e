"""deploy/k8s/README.md is true: its tables, its picture, and its way to make the secrets."""

import re

from tests.deploy.flows import Flow
from tests.deploy.overlays import COMPONENTS, NAMES, of_kind, workloads
from tests.deploy.test_network import DNS, network
from tests.deploy.test_secrets import HOLDERS, missing_files

PAGE = COMPONENTS.parent / "README.md"
OUTSIDE = {
    "ingress": "namespace:ingress-nginx",
    "subscribers": "namespace:causeway/subscribes",
    "prometheus": "namespace:monitoring",
    "internet": "addresses:0.0.0.0/0",
    "kms": "addresses:0.0.0.0/0",
    "store": "addresses:yours",
}
_EDGE = re.compile(r"^    (.+) -- (\S+) --> (.+)$", re.MULTILINE)
_MADE = re.compile(r"^made (?:generic|tls) (\S+)(.*)$", re.MULTILINE)


def table(heading: str) -> list[list[str]]:
    """The names in the first column of the first table under a heading, row by row."""
    section = re.split(r"^#+ ", PAGE.read_text(), flags=re.MULTILINE)
    (text,) = (each for each in section if each.startswith(f"{heading}\n"))
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    return [re.findall(r"`([^`]+)`", row.split("|")[1]) for row in rows]


def names_in(heading: str) -> set[str]:
    return {name for row in table(heading) for name in row}


def ends(text: str) -> list[str]:
    """`listener & kms([AWS KMS])`: the names, or what they stand for outside."""
    ids = (re.split(r"[(\[]", each)[0].strip() for each in text.split(" & "))
    return [OUTSIDE.get(each, each) for each in ids]


def test_the_picture_shows_what_the_network_policies_allow() -> None:
    drawn = {
        Flow(sender, receiver, port)
        for senders, port, receivers in _EDGE.findall(PAGE.read_text())
        for sender in ends(senders)
        for receiver in ends(receivers)
    }
    found = network("production")
    assert drawn == {flow for flow in found.allowed_out() | found.allowed_in() if flow.receiver != DNS}


def test_every_overlay_workload_and_component_has_its_row() -> None:
    assert names_in("Manifests") == set(NAMES)
    assert names_in("What runs") == {each.name for each in workloads("production")}
    assert names_in("Components") == {path.parent.name for path in COMPONENTS.glob("*/kustomization.yaml")}


def test_every_secret_has_its_row() -> None:
    told = names_in("Secrets")
    assert HOLDERS.keys() <= told
    mentioned = {
        name for path in COMPONENTS.rglob("*.yaml") for name in re.findall(r"secretName: ([\w-]+)", path.read_text())
    }
    assert mentioned - told == {"simulated-bank"}  # the simulators' own are made up


def test_whoever_makes_the_secrets_as_told_has_all_that_production_needs() -> None:
    made: dict[str, set[str]] = {}
    for name, options in _MADE.findall(PAGE.read_text()):
        made.setdefault(name, set()).update(re.findall(r"--from-file=([\w.-]+)", options))
    assert {each["metadata"]["name"] for each in of_kind("production", "ExternalSecret")} <= made.keys()
    assert missing_files("production", made) == []
    for each in of_kind("production", "TriggerAuthentication"):
        for target in each["spec"]["secretTargetRef"]:
            assert target["key"] in made[target["name"]]
