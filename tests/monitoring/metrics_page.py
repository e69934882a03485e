"""The metrics as docs/metrics.md tells them."""

import re
from pathlib import Path

from tests.monitoring.exported import Exported

PAGE = Path(__file__).parents[2] / "docs/metrics.md"
_ROW = re.compile(r"^\| `(causeway_\w+)` \| (\w+) \|([^|]*)\| (.+) \|$", re.MULTILINE)


def on_the_page() -> dict[str, Exported]:
    rows = _ROW.findall(PAGE.read_text())
    assert len(rows) == len({name for name, *_ in rows}), "a metric stands there twice"
    return {name: Exported(kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels, _ in rows}
