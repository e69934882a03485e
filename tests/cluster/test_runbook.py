"""The runbook can be trusted at three in the morning: every alert has its page, and whatever a page names exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from deploy.cluster.__main__ import VERBS
from deploy.cluster.manifests import Manifest
from services.worker.operator.command import main as operator
from tests.deploy.overlays import NAMES
from tests.deploy.overlays import workloads as workloads_of
from tests.processes import ROOT

RUNBOOK = ROOT / "docs/runbook"
RULES = ROOT / "deploy/monitoring/prometheus-rule.yaml"
INDEX = RUNBOOK / "README.md"
PAGES = sorted(RUNBOOK.rglob("*.md"))
ALERT_PAGES = sorted(set(RUNBOOK.glob("*.md")) - {INDEX})
UPGRADES = ROOT / "docs/upgrades.md"
LINK = re.compile(r"\[[^\]]*]\(([^)#]*)(?:#([^)]*))?\)")


def alerts() -> Iterator[dict[str, object]]:
    for group in yaml.safe_load(RULES.read_text())["spec"]["groups"]:
        yield from (rule for rule in group["rules"] if "alert" in rule)


def kebab_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def named(page: Path) -> str:
    return str(page.relative_to(RUNBOOK.parent))


def test_every_alert_has_a_page_and_every_page_an_alert() -> None:
    assert {kebab_case(str(alert["alert"])) for alert in alerts()} == {page.stem for page in ALERT_PAGES}


def test_every_alert_leads_to_its_page() -> None:
    for alert in alerts():
        url = str(alert["annotations"]["runbook_url"])  # type: ignore[index]
        assert url.endswith(f"docs/runbook/{kebab_case(str(alert['alert']))}.md")


@pytest.mark.parametrize("page", ALERT_PAGES, ids=named)
def test_a_page_is_named_after_its_alert_and_says_what_it_means_and_what_to_do(page: Path) -> None:
    text = page.read_text()
    title = text.splitlines()[0].removeprefix("# ")
    assert kebab_case(title) == page.stem
    for part in ("**Means.**", "\n## Do\n", "\n## Do not\n"):
        assert part in text


def test_the_index_lists_every_page() -> None:
    listed = {(RUNBOOK / link).resolve() for link, _ in LINK.findall(INDEX.read_text())}
    assert set(PAGES) - {INDEX} <= listed


@pytest.mark.parametrize("page", [*PAGES, UPGRADES], ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link, anchor in LINK.findall(page.read_text()):
        target = (page.parent / link).resolve() if link else page
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), f"{link}#{anchor}"


@pytest.mark.parametrize("page", [*PAGES, UPGRADES], ids=named)
def test_every_command_exists(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        operator(["--help"])
    known = set(re.findall(r"^    ([a-z-]+)", capsys.readouterr().out, re.MULTILINE))
    assert "parked" in known
    code = "\n".join(re.findall(r"`[^`]+`|```.*?```", page.read_text(), re.DOTALL))
    assert set(re.findall(r"(?:\boperator|services\.worker\.operator) ([a-z][a-z-]+)", code)) <= known
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)) | set(VERBS) | {"image"}
    assert set(re.findall(r"\bmake ([a-z-]+)", code)) <= targets


@pytest.mark.parametrize("page", [*PAGES, UPGRADES], ids=named)
def test_every_metric_exists(page: Path) -> None:
    known = set(re.findall(r"`(causeway_\w+)`", (ROOT / "docs/metrics.md").read_text()))
    assert set(re.findall(r"causeway_\w+", page.read_text())) <= known


@pytest.fixture(scope="module")
def workloads() -> set[str]:
    """Of all overlays: `deployment/listener`."""
    return {Manifest(each.document).workload for name in NAMES for each in workloads_of(name)}


@pytest.mark.parametrize("page", [*PAGES, UPGRADES], ids=named)
def test_every_workload_exists(page: Path, workloads: set[str]) -> None:
    text = page.read_text()
    assert set(re.findall(r"(?:deployment|statefulset)/[a-z-]+", text)) <= workloads
    services = {workload.split("/")[1] for workload in workloads}
    assert set(re.findall(r"SERVICE=([a-z-]+)", text)) <= services


def anchors(page: Path) -> set[str]:
    """As GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
