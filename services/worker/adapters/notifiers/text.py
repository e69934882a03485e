"""A notice as people read it: subject, body, and where to look."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from shared.domain.money import pounds
from shared.domain.notification import Notice

LONGEST_SUBJECT = 255  # a title of a Mambu task may have 256 characters
_LONGEST_PART = 2_000  # of a text that came from outside
# Mambu takes no emoji (Mambu docs: webhooks overview); control characters help nobody.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]|[^\u0000-\uffff]")
_FLOW = re.compile(r"(?:disbursement|repayment|bank-disbursement|closure):")


@dataclass(frozen=True, slots=True)
class Message:
    """`subject` is one line of at most 255 characters; `link` is "" when no console is known."""

    subject: str
    body: str
    link: str


def message_of(notice: Notice, console_url: str) -> Message:
    """What happened, to which loan and money, why, what to do next, and the console's page about it."""
    link = _link(notice.about, console_url)
    amount = "" if notice.amount_pence is None else f"£{pounds(notice.amount_pence):,}"
    facts = (
        ("Loan", _clean(notice.loan_id)),
        ("Amount", amount),
        ("Reason", _sentence(notice.reason)),
        ("What to do", _sentence(notice.advice)),
        ("About", _clean(notice.about)),
        ("See", link),
    )
    lines = "\n".join(f"{name}: {value}" for name, value in facts if value)
    return Message(_subject(notice, amount), f"{_sentence(notice.what)}\n\n{lines}\n", link)


def _subject(notice: Notice, amount: str) -> str:
    """The loan and the amount stay whole, whatever must be cut."""
    which = ", ".join(part for part in (f"loan {_clean(notice.loan_id)}" if notice.loan_id else "", amount) if part)
    tail = f" ({which})" if which else ""
    what = _sentence(notice.what).removesuffix(".")
    room = LONGEST_SUBJECT - len(tail)
    return f"{what if len(what) <= room else what[: room - 3] + '...'}{tail}"[:LONGEST_SUBJECT]


def _link(about: str, console_url: str) -> str:
    """A flow has a page of its own, and so has a receipt."""
    pages = "flows" if _FLOW.match(about) else "receipts"
    return f"{console_url}/{pages}/{quote(about, safe='')}" if console_url else ""


def _sentence(text: str) -> str:
    """With a capital at its beginning and a full stop at its end."""
    clean = _clean(text)
    return f"{clean[:1].upper()}{clean[1:]}{'' if clean.endswith(('.', '!', '?')) else '.'}" if clean else ""


def _clean(text: str) -> str:
    return " ".join(_UNPRINTABLE.sub(" ", text).split())[:_LONGEST_PART]
