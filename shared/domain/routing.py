"""May this disbursement be paid, by which scheme, and how do its texts fit? The answer is an event."""

from collections.abc import Mapping

from shared.domain.accounts import IbanError, checked_iban
from shared.domain.disbursement import DisbursementOrder
from shared.domain.events import Routed, RouteRefused
from shared.domain.money import pounds
from shared.domain.schemes import Scheme, fit_text, rules_of


def route(order: DisbursementOrder, scheme_of_channel: Mapping[str, Scheme]) -> Routed | RouteRefused:
    """Check the order against its scheme's rules; the first rule that fails decides."""
    if order.currency != "GBP":
        return RouteRefused("currency_not_gbp", f"the currency is {order.currency or 'missing'}, only GBP can be paid")
    scheme = scheme_of_channel.get(order.channel)
    if scheme is None:
        known = ", ".join(scheme_of_channel)
        return RouteRefused("channel_unknown", f"the channel {order.channel!r} is not one of {known}")
    rules = rules_of(scheme)
    if order.amount_pence <= 0:
        return RouteRefused("amount_not_positive", "the amount is not more than zero")
    if rules.maximum_pence is not None and order.amount_pence > rules.maximum_pence:
        limit = f"{pounds(rules.maximum_pence):,}"
        return RouteRefused("amount_over_limit", f"the amount is over the limit of {limit} pounds of {scheme}")
    try:
        creditor_iban = checked_iban(order.creditor_iban)
    except IbanError as error:
        return RouteRefused("creditor_iban_invalid", f"creditorIBAN: {error}")
    creditor_name = fit_text(order.creditor_name, scheme, rules.name_length)
    if not creditor_name:
        return RouteRefused("creditor_name_invalid", f"creditorName has no character that {scheme} can carry")
    debtor_name = fit_text(order.debtor_name, scheme, rules.name_length)
    reference = fit_text(order.payment_reference, scheme, rules.reference_length)
    pairs = (
        ("creditorName", order.creditor_name, creditor_name),
        ("debtorName", order.debtor_name, debtor_name),
        ("paymentReference", order.payment_reference, reference),
    )
    changed = "; ".join(f"{name}: {old!r} became {new!r}" for name, old, new in pairs if old.strip() != new)
    return Routed(scheme, creditor_iban, creditor_name, debtor_name, reference, changed)
