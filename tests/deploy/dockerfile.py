"""Reads deploy/Dockerfile as far as ours goes: what each target is made of, and the tree that it would hold."""

import json
import re
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pathspec

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy/Dockerfile"


@dataclass(frozen=True)
class Stage:
    """`copies` are (sources, destination) from the build context; `copied_from` are other stages."""

    name: str
    base: str
    copies: Sequence[tuple[Sequence[str], str]] = ()
    copied_from: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] = ()
    health: Sequence[str] = ()
    user: str = ""
    stop_signal: str = ""
    runs: Sequence[str] = ()
    labels: str = ""


def stages() -> dict[str, Stage]:
    """By name, each with what it has from the stage it begins with."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE)
    found: dict[str, Stage] = {}
    current = Stage("", "")
    for line in re.sub(r"\\\n", " ", text).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            base, name = re.fullmatch(r"(\S+) AS (\S+)", rest).groups()  # type: ignore[union-attr]
            current = replace(found.get(base, Stage("", "")), name=name, base=base)
        else:
            current = _with(current, word, rest)
        found[current.name] = current
    return {name: stage for name, stage in found.items() if name}


def _with(stage: Stage, word: str, rest: str) -> Stage:
    match word:
        case "COPY" if rest.startswith("--from="):
            return replace(stage, copied_from=(*stage.copied_from, rest.split(maxsplit=1)[0].removeprefix("--from=")))
        case "COPY":
            *sources, destination = rest.split()
            return replace(stage, copies=(*stage.copies, (sources, destination)))
        case "ENV":
            pairs = (pair.partition("=") for pair in shlex.split(rest))
            return replace(stage, environment={**stage.environment, **{name: value for name, _, value in pairs}})
        case "CMD":
            return replace(stage, command=json.loads(rest))
        case "HEALTHCHECK":
            return replace(stage, health=json.loads(rest.removeprefix("CMD ")))
        case "USER":
            return replace(stage, user=rest)
        case "STOPSIGNAL":
            return replace(stage, stop_signal=rest)
        case "RUN":
            return replace(stage, runs=(*stage.runs, rest))
        case "LABEL":
            return replace(stage, labels=stage.labels + rest)
        case "" | "ARG" | "WORKDIR" | "EXPOSE":
            return stage
    raise ValueError(f"This reader does not know {word} {rest}.")


def requirements(stage: Stage) -> Path:
    """The lock file whose packages the image has."""
    (packages,) = stage.copied_from
    ((sources, _),) = stages()[packages].copies
    return ROOT / sources[0]


def lay_out(stage: Stage, tree: Path) -> None:
    """Copy what the image's working folder would hold, as the builder would: .dockerignore first, then each COPY."""
    ignored = pathspec.PathSpec.from_lines("gitignore", (ROOT / ".dockerignore").read_text().splitlines())
    for sources, destination in stage.copies:
        for source in sources:
            origin = ROOT / source
            files = [path for path in ([origin] if origin.is_file() else origin.rglob("*")) if path.is_file()]
            sent = [path for path in files if not ignored.match_file(path.relative_to(ROOT).as_posix())]
            if not sent:
                raise FileNotFoundError(f"COPY {source}: nothing of it is in the build context.")
            for path in sent:
                inner = Path(path.name) if origin.is_file() else path.relative_to(origin)
                # A file goes to a name, unless the destination ends in a slash: then into that folder.
                into = tree / destination
                target = into if origin.is_file() and not destination.endswith("/") else into / inner
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
