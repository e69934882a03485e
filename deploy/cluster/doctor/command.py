"""`make doctor`: one row per check, and 1 when one fails."""

import json
from dataclasses import asdict

from rich.markup import escape
from rich.table import Table

from deploy.cluster.asked import Asked
from deploy.cluster.doctor.checks.rows import Row, Verdict
from deploy.cluster.doctor.cluster import of_cluster
from deploy.cluster.doctor.machine import of_kubectl, of_machine
from deploy.cluster.doctor.probe import rows_here
from deploy.local.progress import output

_COLOURS = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red"}


def doctor(asked: Asked) -> int:
    """This machine and its stand; with OVERLAY= the cluster. FORMAT=json prints one JSON object per row."""
    rows = _of_overlay(asked) if asked.overlay_name else [*of_machine(), *rows_here()]
    if asked.text("FORMAT") == "json":
        for row in rows:
            print(json.dumps(asdict(row)), flush=True)
    else:
        output().print(_table(rows))
    return int(any(row.verdict is Verdict.FAIL for row in rows))


def _of_overlay(asked: Asked) -> list[Row]:
    kubectl = of_kubectl()
    if kubectl.verdict is Verdict.FAIL:
        return [kubectl]
    overlay = asked.overlay()
    return [kubectl, *of_cluster(asked.kubectl(overlay.namespace), overlay)]


def _table(rows: list[Row]) -> Table:
    table = Table("", "check", "found", "what to do")
    for row in rows:
        colour = _COLOURS[row.verdict]
        table.add_row(f"[{colour}]{row.verdict}[/{colour}]", escape(row.check), escape(row.found), escape(row.do))
    return table
