"""What the API that takes subscriptions and the worker that delivers to them must agree on."""

import re
from ipaddress import ip_network

from shared.domain.hub.special_ranges import Range
from shared.runtime.settings import SettingsReader
from shared.runtime.setup_document import SetupDocument

_BETWEEN = re.compile(r"[\s,]+")


def read_banks(reader: SettingsReader, setup: SetupDocument | None) -> tuple[str, ...]:
    """The bank ids of BANKS, else the one of the setup document. The first is the bank of our own events."""
    own = (setup.clear_bank_config_reference,) if setup else ()
    return _words(reader.text("BANKS", default="")) or own


def read_private_targets(reader: SettingsReader) -> tuple[Range, ...]:
    """The private addresses that may be delivered to; none unless they are named. Faults are gathered in the reader."""
    found = []
    for text in _words(reader.text("PRIVATE_DELIVERY_TARGETS", default="")):
        try:
            found.append(ip_network(text))
        except ValueError:
            reader.add_fault(f"PRIVATE_DELIVERY_TARGETS has {text!r}, which is no IP range: write it like 10.1.0.0/16.")
    return tuple(found)


def _words(text: str) -> tuple[str, ...]:
    """Between commas, blanks and ends of lines."""
    return tuple(word for word in _BETWEEN.split(text) if word)
