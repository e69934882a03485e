"""A kubectl on PATH, a rendered overlay, and the targets called as make calls them."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.cluster.__main__ import main
from tests.cluster.fake_kubectl import FakeKubectl
from tests.cluster.overlays import an_overlay

Make = Callable[..., int]


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeKubectl:
    """Of a cluster with the overlay's one secret; nothing else is on PATH."""
    fake = FakeKubectl(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(fake.folder))
    fake.answer("kustomize", stdout=an_overlay())
    fake.answer("config", "current-context", stdout="a-cluster\n")
    fake.answer("get", "secrets", "--output=name", stdout="secret/setup\nsecret/other\n")
    return fake


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    """`make("deploy", OVERLAY="production")` is what `make deploy OVERLAY=production` does."""

    def call(verb: str, **values: str) -> int:
        for name in ("OVERLAY", "CONTEXT", "FORMAT", "OUT", "PROVIDER", "KEY"):
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["deploy.cluster", verb])
        return main()

    return call
