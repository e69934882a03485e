"""A listener whose store is in memory and whose signer is a key; each collaborator may be replaced to misbehave."""

import base64
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, ClassVar

from prometheus_client import CollectorRegistry
from werkzeug.test import Client, TestResponse

from services.listener.acceptance import Desk, Metrics
from services.listener.app import create_app
from services.listener.clearbank import ClearBank, clearbank_blueprint
from services.listener.credentials import ApiKeys, Basic, Bearer
from services.listener.mambu import mambu_blueprint
from services.listener.obp import obp_blueprint
from services.listener.senders import parse_allowed_senders
from services.listener.settings import SOURCES
from services.listener.store_and_sign import StoreAndSign, Taken, Wanted
from services.listener.umm import umm_blueprint
from services.listener.umm_access import UmmAccess
from shared.domain.receipts import Receipt
from shared.signing.client import SignedAnswer
from shared.signing.digital_signature import sign, verify
from shared.store.inbox import Acceptance, NewReceipt
from tests.fakes.clock import FakeClock
from tests.fakes.stores import FakeInbox
from tests.unit.listener.lean import LeanInFront
from tests.unit.signing.keys import private_key

BANK_KEY, OUR_KEY = private_key("bank"), private_key("ours")
CLEARBANK, MAMBU = "/webhooks/clearbank", "/webhooks/mambu/loan-disbursement"
CLOSURE = "/webhooks/mambu/loan-closure"
USERNAME, PASSWORD = "mambu", "a password: with colon"
UMM, OBP_TOKEN = "/webhooks/umm", "an-old-0123456789_abcdefghijklmnop"
OBP = f"/webhooks/obp/{OBP_TOKEN}"
BY_API_KEYS = ApiKeys((("test_header1", "value, one"), ("X-Second", "value2")))
BY_BASIC, BY_BEARER = Basic("umm", "a secret: Zoë!"), Bearer(("4484e52dc4744374", "next~token+/=="))
UMM_BY_API_KEYS = UmmAccess((BY_API_KEYS,), is_strict=False)

Stored = Future[tuple[Acceptance, str]]


def done(answer: Any) -> Future[Any]:
    future: Future[Any] = Future()
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
    return future


def never() -> Future[Any]:
    """A collaborator that does not answer."""
    return Future()


def sign_nonce(nonce: int) -> Future[SignedAnswer]:
    body = b'{"Nonce":%d}' % nonce
    return done(SignedAnswer(body, sign(OUR_KEY, body)))


@dataclass
class Listener:
    """Every test runs twice, with ClearBank's webhooks through Flask and through the lean door (conftest.py)."""

    is_lean: ClassVar[bool] = False
    allowed_senders: str = ""
    umm: UmmAccess = UMM_BY_API_KEYS
    publish: Callable[[NewReceipt], Stored] | None = None
    sign_nonce: Callable[[int], Future[SignedAnswer]] = sign_nonce
    take: Callable[[Wanted], Future[Taken]] | None = None
    inbox: FakeInbox = field(default_factory=lambda: FakeInbox(FakeClock(), queue=[]))
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        senders = parse_allowed_senders(self.allowed_senders, SOURCES)
        self.metrics = Metrics(self.registry)
        desk = Desk(lambda argument: argument.encode(), senders, self.metrics)
        clearbank = ClearBank(desk, self._is_the_banks)
        self._store_and_sign = StoreAndSign(self._store_all, lambda nonces: lambda: self._sign_all(nonces))
        take, store = self.take or self._take, self.publish or self._store
        doors = (
            clearbank_blueprint(clearbank, take),
            mambu_blueprint(desk, store, USERNAME, PASSWORD),
            umm_blueprint(desk, store, self.umm),
            obp_blueprint(desk, store, ("a-new-0123456789_abcdefghijklmnop", OBP_TOKEN)),
        )
        self.app = create_app(doors, lambda: True, desk, self.registry)
        self.client = Client(LeanInFront(self.app, clearbank, take) if self.is_lean else self.app, TestResponse)

    def receipts(self) -> list[Receipt]:
        return self.inbox.receipts()

    def counted(self, source: str, result: str) -> float:
        return (
            self.registry.get_sample_value("causeway_listener_webhooks_total", {"source": source, "result": result})
            or 0
        )

    def from_the_bank(self, raw: bytes, **changed: Any) -> TestResponse:
        """A webhook with the bank's signature. `signature`, `headers` and the rest are for misbehaviour."""
        headers = {"DigitalSignature": changed.pop("signature", sign(BANK_KEY, raw)), **changed.pop("headers", {})}
        given = {"data": raw, "content_type": "application/json", "headers": headers} | changed
        return self.client.post(CLEARBANK, **given)

    def from_mambu(self, raw: bytes, path: str = MAMBU, **changed: Any) -> TestResponse:
        given = {"data": raw, "content_type": "application/json", "headers": basic(USERNAME, PASSWORD)} | changed
        return self.client.open(path, **{"method": "POST", **given})

    def from_umm(self, raw: bytes, credentials: dict[str, str] | None = None, **changed: Any) -> TestResponse:
        """With the API keys unless other credentials are given."""
        headers = umm_headers() | (API_KEYS if credentials is None else credentials) | changed.pop("headers", {})
        given = {"data": raw, "content_type": "application/json", "headers": headers} | changed
        return self.client.post(UMM, **given)

    def from_obp(self, raw: bytes, path: str = OBP, **changed: Any) -> TestResponse:
        given = {"data": raw, "content_type": "application/json; charset=utf-8", "method": "POST"} | changed
        return self.client.open(path, **given)

    def _store(self, receipt: NewReceipt) -> Stored:
        return done(self.inbox.accept([receipt])[0])

    def _take(self, wanted: Wanted) -> Future[Taken]:
        return done(self._store_and_sign([wanted])[0])

    def _store_all(self, receipts: Sequence[NewReceipt]) -> list[tuple[Acceptance, str]]:
        return [(self.publish or self._store)(receipt).result(0) for receipt in receipts]

    def _sign_all(self, nonces: Sequence[int]) -> list[SignedAnswer]:
        return [self.sign_nonce(nonce).result(0) for nonce in nonces]  # asked for each: a test may replace it

    def _is_the_banks(self, raw: bytes, signature: str | None) -> bool:
        return verify(raw, signature, [BANK_KEY.public_key()])


def basic(username: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()}


API_KEYS = dict(BY_API_KEYS.pairs)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def umm_headers(**changed: str | None) -> dict[str, str]:
    """None leaves a header out."""
    headers: dict[str, str | None] = {
        "client_key": "CLI0910",
        "product": "retail_transfers",
        "payment_channel": "online",
        "idempotent_request_key": "6bc5f0f49ee2412a93b0596d6a3c4eca",
        "timestamp": "2026-09-18T17:31:34.000-05:30",
    }
    return {name: value for name, value in (headers | changed).items() if value is not None}


def a_umm_event(**changed: object) -> bytes:
    """None leaves a key out."""
    event = {"event_id": "evt-1", "event_type": "payment.settled", "data": {"amount": 12.5}} | changed
    return json.dumps({key: value for key, value in event.items() if value is not None}).encode()


def an_obp_event(**changed: object) -> bytes:
    """None leaves a key out."""
    event = {
        "event_name": "OnCreditTransaction",
        "event_id": "9ca9a7e4-6d02-40e3-a129-0b2bf89de9b1",
        "bank_id": "gh.29.uk",
        "account_id": "8ca8a7e4-6d02-40e3-a129-0b2bf89de9f0",
        "amount": "50.00 GBP",
        "balance": "739.00 GBP",
    } | changed
    return json.dumps({key: value for key, value in event.items() if value is not None}).encode()


def a_webhook(nonce: object = 1448545215, kind: str = "TransactionSettled", **payload: object) -> bytes:
    settled = {
        "TransactionId": "d9162680-7d35-7994-4e38-fa80716899a2",
        "EndToEndTransactionId": "05726acd06dc",
        "Scheme": "FasterPayments",
        "DebitCreditCode": "Credit",
        "IsReturn": False,
        "Amount": 88.5,
        "Account": {"IBAN": "GB00CUBK11223312345678"},
    }
    return json.dumps({"Type": kind, "Version": 6, "Payload": settled | payload, "Nonce": nonce}).encode()


def an_order(**changed: object) -> bytes:
    """A template of Mambu as it renders; None leaves a key out."""
    order = {
        "amount": "1,234.50",
        "paymentScheme": "MBU_Loan_Disbursement_FPS",
        "transactionEncodedKey": "8a8187366a01d4a1016a023792a50001",
        "loanAccountId": "LOAN1",
        "loanName": "A loan",
        "transactionId": "1234",
        "debtorName": "Northern Lender",
        "paymentReference": "LOAN1",
        "debtorIBAN": "GB29NWBK60161331926819",
        "creditorIBAN": "GB82WEST12345698765432",
        "creditorName": "Ada Lovelace",
        "accountCurrency": "GBP",
        "assignedLoanUser": "",
        "transactionEndToEndId": "",
    } | changed
    return json.dumps({key: value for key, value in order.items() if value is not None}).encode()


def a_closure(**changed: object) -> bytes:
    """The template of a loan that is over; None leaves a key out."""
    closure = {
        "virtualAccountId": "7d9f2c1e-0000-4000-8000-000000000001",
        "comment": "Repaid",
        "loanAccountId": "LOAN1",
        "loanCFIBAN": "GB33BUKB20201555555555",
    }
    return json.dumps({key: value for key, value in (closure | changed).items() if value is not None}).encode()
