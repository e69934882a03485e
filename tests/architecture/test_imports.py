"""The direction of imports, as .importlinter draws it, and two lists that it cannot express."""

import ast
import sys
from pathlib import Path

import grimp
import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[2]
SIGNER_MAY_USE = {
    "shared",
    "shared.runtime",
    "shared.runtime.document_fields",
    "shared.runtime.settings",
    "shared.runtime.logs",
    "shared.runtime.health",
    "shared.runtime.metrics",
    "shared.runtime.setup_document",
    "shared.runtime.signer_access",
    "shared.runtime.server",
}


def test_the_contracts_of_the_import_linter_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    assert lint_imports(config_filename=str(ROOT / ".importlinter"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_the_signer_uses_only_what_it_needs_directly_or_by_others() -> None:
    graph = grimp.build_graph("services", "shared", cache_dir=None)
    used = graph.find_upstream_modules("services.signer", as_package=True)
    strangers = {
        module
        for module in used - SIGNER_MAY_USE
        if not module.startswith(("services.signer", "shared.signing")) and module != "services"
    }

    assert strangers == set()


@pytest.mark.parametrize("path", sorted((ROOT / "shared/domain").rglob("*.py")), ids=lambda path: path.stem)
def test_a_rule_imports_only_other_rules_and_the_standard_library(path: Path) -> None:
    for module in imported_by(path):
        assert module.startswith("shared.domain") or module.partition(".")[0] in sys.stdlib_module_names, module


@pytest.mark.parametrize("path", sorted((ROOT / "shared/domain").rglob("*.py")), ids=lambda path: path.stem)
def test_a_rule_asks_neither_clock_nor_chance_nor_the_outside(path: Path) -> None:
    forbidden = {"time", "random", "secrets", "os", "io", "socket", "pathlib", "subprocess", "threading", "logging"}
    assert not forbidden & {module.partition(".")[0] for module in imported_by(path)}
    assert not [word for word in (".now(", ".utcnow(", ".today(") if word in path.read_text()]


def imported_by(path: Path) -> set[str]:
    """Every module that the file names in an import, at its top or inside a function."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            modules.add(node.module or "")
    return modules
