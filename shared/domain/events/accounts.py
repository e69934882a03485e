"""What happened to the virtual account of a loan."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccountChosen:
    """Which account pays. `virtual_account_id` is "" for the operating account.

    `write_linkage`: the loan does not hold it yet. `owner_name`: what the bank should call its owner, "" when it does.
    """

    iban: str
    virtual_account_id: str = ""
    write_linkage: bool = False
    owner_name: str = ""


@dataclass(frozen=True, slots=True)
class AccountWanted:
    """The loan has no virtual account yet. Asked for by `iban`, or by `external_id` when the bank picks the number;
    `request_key` is made of the loan and not of the disbursement, so two disbursements of one loan ask for one account.
    """

    owner_name: str
    request_key: str
    iban: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class AccountCreated:
    virtual_account_id: str
    iban: str


@dataclass(frozen=True, slots=True)
class AccountRefused:
    """The bank did not create the virtual account, by its answer or by webhook."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class LinkRefused:
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class LinkageRefused:
    """The core did not take the account's id and IBAN into the loan's custom fields."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class AccountToDisable:
    """The loan is over, and this virtual account is its own."""

    virtual_account_id: str
    loan_key: str = ""


@dataclass(frozen=True, slots=True)
class AccountKept:
    """Nothing is to be disabled."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class AccountDisabled:
    """The bank disabled the virtual account; it stays listed."""
