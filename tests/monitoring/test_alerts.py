"""Prometheus' own tool plays each story against the rules. Debian's package `prometheus` has it."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.monitoring.alert_cases import CASES, Case
from tests.monitoring.rules import alerts, groups


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None and os.environ.get("CI"):
        pytest.fail("promtool is not on PATH: install Debian's package prometheus")
    if found is None:
        pytest.skip("promtool is not on PATH: Debian's package prometheus has it")
    return found


def test_the_rules_are_good_ones(promtool: str, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"  # JSON is YAML
    file.write_text(json.dumps(groups()))
    checked = subprocess.run([promtool, "check", "rules", file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("alert", sorted({case.alert for case in CASES}))
def test_an_alert_rings_when_it_must_and_only_then(promtool: str, tmp_path: Path, alert: str) -> None:
    rule_file, file = tmp_path / "rules.json", tmp_path / "stories.json"
    rules = [rule for rule in alerts() if rule["alert"] == alert]
    rule_file.write_text(json.dumps({"groups": [{"name": alert, "rules": rules}]}))
    stories = [_played(case) for case in CASES if case.alert == alert]
    file.write_text(json.dumps({"rule_files": [str(rule_file)], "evaluation_interval": "1m", "tests": stories}))
    played = subprocess.run([promtool, "test", "rules", file], capture_output=True, text=True, check=False)
    assert played.returncode == 0, played.stdout + played.stderr


def _played(case: Case) -> dict[str, object]:
    """As promtool wants it. The story is made a label, so that a failure names it."""
    labels = f'alertname="{case.alert}", severity="{case.severity}"'
    story = f"{case.severity} {'rings' if case.fires else 'is silent'}: {case.story}"
    firing = f'group by (alertname, severity) (ALERTS{{{labels}, alertstate="firing"}})'
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
        "promql_expr_test": [
            {
                "expr": f'label_replace({firing}, "story", "{story}", "", "")',
                "eval_time": f"{case.minute}m",
                "exp_samples": [{"labels": f'{{{labels}, story="{story}"}}', "value": 1}] if case.fires else [],
            }
        ],
    }


def test_every_alert_has_a_story_that_rings_it_and_one_that_does_not() -> None:
    played = {(case.alert, case.severity, case.fires) for case in CASES}
    assert played == {
        (rule["alert"], rule["labels"]["severity"], fires) for rule in alerts() for fires in (True, False)
    }


def test_every_alert_names_its_page_of_the_runbook() -> None:
    for rule in alerts():
        page = re.sub(r"(?<!^)(?=[A-Z])", "-", rule["alert"]).lower()
        assert rule["annotations"]["runbook_url"].endswith(f"docs/runbook/{page}.md")
        assert rule["annotations"]["summary"]
