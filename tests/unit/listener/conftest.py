import pytest

from tests.unit.listener.listeners import Listener


@pytest.fixture(params=["Flask", "lean"], autouse=True)
def door(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both doors of ClearBank keep the same promises."""
    monkeypatch.setattr(Listener, "is_lean", request.param == "lean")
