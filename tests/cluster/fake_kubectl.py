"""A program called kubectl: it writes down every call and answers from files."""

import ast
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Started hundreds of times, so it imports nothing that takes time to import: it reads and writes Python's own notation.
_PROGRAM = """#!{python} -ISE
import os, sys
folder = {folder!r}
asked = sys.argv[1:]
given = "" if sys.stdin.isatty() else sys.stdin.read()
with open(folder + "/calls", "a") as calls:
    calls.write(repr((asked, given)) + "\\n")
for name in sorted(os.listdir(folder + "/answers"), reverse=True):
    words, stdout, stderr, code = eval(open(folder + "/answers/" + name).read())
    if all(any(word in each for each in asked) for word in words):
        print(stdout, end="")
        print(stderr, end="", file=sys.stderr)
        sys.exit(code)
"""


@dataclass(frozen=True)
class Call:
    """`given` is what came on standard input."""

    asked: list[str]
    given: str

    def names(self) -> list[str]:
        """`Kind/name` of every object in a List that was given."""
        return [f"{item['kind']}/{item['metadata']['name']}" for item in json.loads(self.given)["items"]]


class FakeKubectl:
    """Lives in a folder that belongs on PATH. What nothing was said about succeeds without a word."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "answers").mkdir(parents=True)
        (folder / "calls").touch()
        program = folder / "kubectl"
        program.write_text(_PROGRAM.format(python=sys.executable, folder=str(folder)))
        program.chmod(0o755)

    def answer(self, *words: str, stdout: Any = "", stderr: str = "", code: int = 0) -> None:
        """To a call that has all these words; what was said last is looked at first."""
        text = stdout if isinstance(stdout, str) else json.dumps(stdout)
        number = len(list((self.folder / "answers").iterdir()))
        (self.folder / "answers" / f"{number:04}").write_text(repr((words, text, stderr, code)))

    def calls(self, verb: str = "") -> list[Call]:
        """In their order, all or those of one verb of kubectl."""
        lines = (self.folder / "calls").read_text().splitlines()
        calls = [Call(*ast.literal_eval(line)) for line in lines]
        return [call for call in calls if not verb or verb in call.asked]
