"""What can be wrong after a round: each finding is a sentence about one id."""

from dataclasses import dataclass
from enum import StrEnum


class Wrong(StrEnum):
    LOST = "lost"
    DUPLICATED = "duplicated"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Finding:
    wrong: Wrong
    id: str
    what: str
