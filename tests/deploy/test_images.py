"""What the Dockerfile promises of every image."""

import re
from functools import cache
from pathlib import Path

import grimp
import pytest

from tests.deploy.dockerfile import ROOT, Stage, lay_out, requirements, stages
from tests.deploy.overlays import every_workload

FINAL = sorted(name for name in stages() if stages()[name].command)
# What an image starts, or for Flower what its own file imports.
STARTS = {name: f"services.{name}" for name in FINAL} | {"flower": "shared.runtime.celery_app", "sandbox": "sandbox"}
TARGETS = pytest.mark.parametrize("target", [pytest.param(stages()[name], id=name) for name in FINAL])


def test_there_is_an_image_for_every_list_of_requirements() -> None:
    assert sorted(path.stem for path in (ROOT / "requirements").glob("*.in") if path.stem != "dev") == FINAL


@TARGETS
def test_an_image_runs_as_a_number_stops_by_sigterm_and_tells_its_health(target: Stage) -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", target.user)
    assert target.stop_signal == "SIGTERM"
    assert target.health[0] == "python"
    assert "org.opencontainers.image.revision" in target.labels


@TARGETS
def test_an_image_has_its_own_hash_pinned_packages_only_and_nothing_that_installs_or_compiles(target: Stage) -> None:
    assert requirements(target).name == f"{target.name}.txt"
    packages = stages()[f"{target.name}-packages"]
    assert packages.environment["PIP_REQUIRE_HASHES"] == "1"
    assert packages.environment["PIP_ONLY_BINARY"] == ":all:"
    assert target.runs == ("python -m pip uninstall --yes --root-user-action=ignore pip setuptools wheel",)
    assert target.environment["PYTHONDONTWRITEBYTECODE"] == "1"


def test_the_base_is_named_by_the_builder_alone() -> None:
    bases = {stage.base for stage in stages().values()} - stages().keys()
    assert bases == {"${PYTHON_IMAGE}"}
    assert re.findall(r"^ARG PYTHON_IMAGE.*", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE) == [
        "ARG PYTHON_IMAGE"
    ]


def test_every_container_of_ours_has_its_image_and_an_image_starts_one_of_them() -> None:
    commands: dict[str, list[list[str]]] = {}
    for _, each in every_workload():
        commands.setdefault(each.image, []).append(each.container["command"])
    assert set(commands) - {"valkey"} == set(FINAL)
    assert [name for name in FINAL if stages()[name].command not in commands[name]] == []


@TARGETS
def test_an_image_holds_the_code_that_it_imports_and_no_other(target: Stage, tmp_path: Path) -> None:
    lay_out(target, tmp_path)
    folders = {path.relative_to(tmp_path).parent for path in tmp_path.rglob("*.py")}
    held = {room(".".join(folder.parts)) for folder in folders} - {"", "services", "shared"}
    assert held == {room(module) for module in imported_from(STARTS[target.name])}


@cache
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("services", "shared", "sandbox", cache_dir=None)


def imported_from(package: str) -> set[str]:
    """Every module of it, and what they need of ours, directly or by others."""
    own = {package, *imports().find_descendants(package)}
    found = own | imports().find_upstream_modules(package, as_package=True)
    return {module for module in found if module not in ("services", "shared")}


def room(module: str) -> str:
    """`services.worker`, `shared.store`: what a COPY names."""
    parts = module.split(".")
    return parts[0] if parts[0] == "sandbox" else ".".join(parts[:2])
