"""From filters to what the log is asked: as much as its indexes answer, and tests for the rest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from services.console.communications.criteria import Criterion
from services.console.communications.moments import Stretch, between, named_stretch
from services.console.communications.refusals import invalid
from shared.domain.hub.delivery import Delivery, FailureReason
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.search import DeliveryQuery
from shared.domain.hub.triggers import Trigger

TYPE = "WEB_HOOK"
_EQUAL = ("EQUALS", "EQUALS_CASE_SENSITIVE")

# Mambu's fields. Those of clients and users are empty here, and the type is always the same.
_CONSTANTS = {"type": TYPE, "senderKey": "", "clientKey": "", "groupKey": "", "userKey": ""}
_TEXTS: Mapping[str, Callable[[Delivery], str]] = {
    "encodedKey": lambda delivery: delivery.id,
    "state": lambda delivery: delivery.state.value,
    "failureReason": lambda delivery: delivery.failure_reason.value if delivery.failure_reason else "",
    "failureCause": lambda delivery: delivery.failure_cause,
    "destination": lambda delivery: delivery.destination,
    "event": lambda delivery: delivery.trigger.value,
    # Ours: Mambu has no filter on these.
    "templateKey": lambda delivery: delivery.subscription_id,
    "referenceId": lambda delivery: delivery.event_id,
    "loanAccountKey": lambda delivery: delivery.loan_id,
}
_WORDS: Mapping[str, tuple[str, type[StrEnum]]] = {
    "state": ("states", DeliveryState),
    "event": ("triggers", Trigger),
    "failureReason": ("failure_reasons", FailureReason),
}
# By their exact text also with EQUALS, which is what an index can answer: URLs and keys have one spelling.
_INDEXED = {"destination": "destination", "templateKey": "subscription_id", "referenceId": "event_id"}
FIELDS = (*_CONSTANTS, *_TEXTS, "creationDate", "sendDate")

Test = Callable[[Delivery], bool]


@dataclass(frozen=True, slots=True)
class LogSearch:
    """All must hold. `keys`: these deliveries alone, None for any. `tests` are what no index answers; `is_empty`: the
    filters exclude one another."""

    query: DeliveryQuery = field(default_factory=DeliveryQuery)
    keys: frozenset[str] | None = None
    tests: tuple[Test, ...] = ()
    is_empty: bool = False

    def meets(self, delivery: Delivery) -> bool:
        return self.query.matches(delivery) and all(test(delivery) for test in self.tests)


def search_of(criteria: Sequence[Criterion], today: date) -> LogSearch:
    """Raises MambuRefusal."""
    search = LogSearch()
    for criterion in criteria:
        search = _narrowed(search, criterion, today)
    return search


def _narrowed(search: LogSearch, criterion: Criterion, today: date) -> LogSearch:
    name = criterion.field
    if name not in FIELDS:
        raise invalid(f"There is no field {name[:50]} to filter by; there are {', '.join(FIELDS)}.")
    if name in ("creationDate", "sendDate"):
        return _by_date(search, criterion, today)
    if name in _CONSTANTS:
        return search if _holds(criterion, _CONSTANTS[name]) else replace(search, is_empty=True)
    read, takes_none = _TEXTS[name], _holds(criterion, "")
    if name in _WORDS and not (name == "failureReason" and takes_none):
        return _by_words(search, criterion)
    if name in _INDEXED and criterion.operator in _EQUAL:
        return _by_index(search, _INDEXED[name], criterion.value)
    if name == "encodedKey" and criterion.operator in (*_EQUAL, "IN"):
        wanted = frozenset(criterion.values or (criterion.value,))
        return replace(search, keys=wanted if search.keys is None else search.keys & wanted)
    return replace(search, tests=(*search.tests, lambda delivery: _holds(criterion, read(delivery))))


def _by_words(search: LogSearch, criterion: Criterion) -> LogSearch:
    """Mambu has more states, reasons and events than we send: a word that is not ours finds nothing."""
    name, words = _WORDS[criterion.field]
    known: frozenset[StrEnum] = getattr(search.query, name)
    wanted = frozenset(word for word in words if _holds(criterion, word.value))
    both = wanted & known if known else wanted
    narrowed: dict[str, Any] = {name: both}
    return replace(search, query=replace(search.query, **narrowed), is_empty=search.is_empty or not both)


def _by_index(search: LogSearch, name: str, value: str) -> LogSearch:
    known = getattr(search.query, name)
    excludes = not value or known not in ("", value)
    narrowed: dict[str, Any] = {name: value}
    return replace(search, query=replace(search.query, **narrowed), is_empty=search.is_empty or excludes)


def _by_date(search: LogSearch, criterion: Criterion, today: date) -> LogSearch:
    is_creation = criterion.field == "creationDate"
    if criterion.operator in ("EMPTY", "NOT_EMPTY"):
        is_wanted = criterion.operator == "NOT_EMPTY"
        if is_creation:
            return search if is_wanted else replace(search, is_empty=True)
        return replace(search, tests=(*search.tests, lambda delivery: (delivery.sent_at is not None) is is_wanted))
    stretch = _stretch(criterion, today)
    if not is_creation:
        return replace(
            search,
            tests=(*search.tests, lambda delivery: delivery.sent_at is not None and stretch.holds(delivery.sent_at)),
        )
    both = stretch.within(Stretch(search.query.created_from, search.query.created_until))
    query = replace(search.query, created_from=both.begins, created_until=both.ends)
    return replace(search, query=query, is_empty=search.is_empty or both.is_empty)


def _stretch(criterion: Criterion, today: date) -> Stretch:
    try:
        if criterion.operator == "BETWEEN":
            return between(criterion.value, criterion.second_value)
        found = named_stretch(criterion.operator, criterion.value, today)
    except (ValueError, OverflowError) as error:
        form = "a whole number of days" if criterion.operator == "LAST_DAYS" else "like 2026-01-31T12:00:00+00:00"
        raise invalid(f"The value of {criterion.field} is not {form}.") from error
    if found is None:
        raise invalid(f"{criterion.operator} does not suit {criterion.field}, which is a date.")
    return found


def _holds(criterion: Criterion, found: str) -> bool:
    """Whether a text is what is asked for. Raises MambuRefusal when texts cannot be asked so."""
    wanted = criterion.value
    match criterion.operator:
        case "EQUALS":
            return found.casefold() == wanted.casefold()
        case "EQUALS_CASE_SENSITIVE":
            return found == wanted
        case "DIFFERENT_THAN":
            return found.casefold() != wanted.casefold()
        case "STARTS_WITH":
            return found.casefold().startswith(wanted.casefold())
        case "STARTS_WITH_CASE_SENSITIVE":
            return found.startswith(wanted)
        case "IN":
            return found in criterion.values
        case "EMPTY":
            return not found
        case "NOT_EMPTY":
            return bool(found)
    raise invalid(f"{criterion.operator} does not suit {criterion.field}, which is a text.")
