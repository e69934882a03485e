"""What commands print can be copied, also where there is no terminal."""

import pytest
from rich.table import Table

from shared.runtime.tables import show


def test_no_id_is_cut_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    flow_id = "repayment:7d3a82f0-2724-497b-ade4-6a9a05e1ee7d:GB95CLRB04190000001114"
    table = Table("id", *(f"column {number}" for number in range(6)))
    table.add_row(flow_id, *["some text"] * 6)
    show(table)
    assert flow_id in capsys.readouterr().out


def test_what_is_wider_than_the_page_goes_on_below(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("what")
    table.add_row("x" * 500)
    show(table)
    assert capsys.readouterr().out.count("x") == 500
