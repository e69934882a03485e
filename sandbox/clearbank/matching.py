"""Which payments, accounts, requests and webhooks a rule, a fault or a question speaks of."""

from typing import Any

Subject = dict[str, list[str]]

# what a leaf of a request is called -> what a match calls it
_LEAVES = {
    "endtoendidentification": "endToEndId",
    "endtoendidentifier": "endToEndId",
    "reference": "reference",
    "creditorreferenceinformation": "reference",
    "name": "creditorName",
    "ownername": "creditorName",
    "iban": "iban",
    "externalidentifier": "externalId",
    "transactionid": "transactionId",
    "paymentid": "transactionId",
}
KEYS = frozenset(_LEAVES.values()) | {"type"}


def subject_of(body: Any, found: Subject | None = None) -> Subject:
    """Everything a request says that a match can name; the body may be of any shape."""
    found = {} if found is None else found
    for key, value in body.items() if isinstance(body, dict) else ():
        name = _LEAVES.get(key.lower())
        if name and isinstance(value, str):
            found.setdefault(name, []).append(value)
        subject_of(value, found)
    for value in body if isinstance(body, list) else ():
        subject_of(value, found)
    return found


def matches(match: dict[str, str], subject: Subject) -> bool:
    """Every key named must fit; an empty match fits everything."""
    return all(value in subject.get(key, ()) for key, value in match.items())
