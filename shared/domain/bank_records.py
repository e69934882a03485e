"""What the bank tells about virtual accounts: the part that our rules compare."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VirtualAccount:
    """A virtual account; disabled ones stay listed."""

    id: str
    iban: str
    owner_name: str
    is_enabled: bool
