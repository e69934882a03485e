"""Overlays are rendered with what the machine has, and what is not filled in yet is found."""

import sys
from pathlib import Path

import pytest
import yaml

from deploy.cluster.gaps import unfilled
from deploy.cluster.manifests import Manifest, Overlay
from deploy.cluster.render import RenderError, render, render_folder
from tests.deploy.overlays import documents


def test_a_machine_without_kubectl_renders_the_same_with_that_of_the_requirements(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_path = documents("sandbox")
    assert (Path(sys.executable).parent / "kubectl").exists(), "the development requirements bring it: make setup"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tuple(each for each in yaml.safe_load_all(render("sandbox")) if each) == with_path


def test_without_any_program_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(RenderError, match="neither kustomize nor kubectl"):
        render("sandbox")


def test_kustomize_is_taken_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "kustomize"
    program.write_text('#!/bin/sh\necho "asked: $*"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert render("sandbox").startswith("asked: build ")


def test_an_unknown_overlay_is_told_with_those_that_are_there() -> None:
    with pytest.raises(RenderError, match="no overlay 'staging': say one of production, sandbox"):
        render("staging")


def test_what_does_not_render_says_why(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [missing.yaml]\n")
    with pytest.raises(RenderError, match=r"missing\.yaml"):
        render_folder(tmp_path)


def test_the_production_overlay_as_it_comes_is_not_filled_in_and_the_sandbox_needs_nothing() -> None:
    gaps = unfilled(overlay_of("production"))
    found = {gap.split(":")[0] for gap in gaps}
    assert {"ServiceAccount signer", "Ingress clearbank", "Ingress mambu", "NetworkPolicy store-out"} <= found
    assert {f"Deployment {name}" for name in ("listener", "signer", "worker-metrics", "subscription-api")} <= found
    assert "Deployment worker-metrics: spec.template.spec.containers.metrics.env.CREDENTIAL_EXPIRY_DATES.value" in gaps
    assert unfilled(overlay_of("sandbox")) == []


def overlay_of(name: str) -> Overlay:
    """As `make deploy` sees it."""
    return Overlay(name, [Manifest(each) for each in documents(name)])
