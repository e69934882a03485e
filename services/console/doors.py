"""The APIs of one server: each with its own paths and its own way to refuse."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint
from flask.typing import ResponseReturnValue


@dataclass(frozen=True, slots=True)
class Door:
    """`refuse` answers for every error under `prefix`, also where there is no such path.

    Error handlers of the blueprint itself come before it.
    """

    prefix: str
    blueprint: Blueprint
    refuse: Callable[[Exception], ResponseReturnValue]
