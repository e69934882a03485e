"""What became of one meaning of a webhook."""

from dataclasses import dataclass

from shared.domain.meanings import Unrecognised


@dataclass(frozen=True, slots=True)
class Waiting:
    """It speaks of something that we do not know yet. `at_last` is the result when that never comes."""

    reason: str
    at_last: str | Unrecognised


Result = str | Unrecognised | Waiting
"""A short text for the receipt, or that a person must look, or that it must wait."""
