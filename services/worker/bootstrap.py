"""Builds every adapter, from the settings; the only place that does. Opens no connection yet."""

import random
from collections.abc import Callable
from contextlib import suppress

from redis import Redis

from services.worker.adapters.clearbank.client import ClearBank
from services.worker.adapters.clearbank.payloads import PaymentTerms
from services.worker.adapters.http import HttpClient
from services.worker.adapters.interpreter import Webhooks
from services.worker.adapters.mambu.client import Mambu, credentials
from services.worker.adapters.mambu.fields import MambuNames
from services.worker.adapters.notifiers.build import build_notifier
from services.worker.adapters.subscribers.client import HttpSubscriber
from services.worker.adapters.subscribers.connection import Opener
from services.worker.adapters.subscribers.exchange import Exchange
from services.worker.adapters.subscribers.gates import DestinationGate
from services.worker.adapters.subscribers.oauth import Tokens
from services.worker.handlers.hub.dispatch import Dispatch
from services.worker.handlers.hub.resend import ResendDesk
from services.worker.handlers.office import Office, Rules
from services.worker.settings import WorkerSettings
from shared.domain.accounts import normal_iban
from shared.domain.schemes import Scheme
from shared.messages import tasks
from shared.runtime.notification_document import TaskAccess
from shared.runtime.publisher import Publisher, PublishError
from shared.runtime.setup_document import SetupDocument
from shared.signing.client import SignerClient
from shared.store.berths import Berths
from shared.store.connection import StoreClock, connect
from shared.store.deliveries import Deliveries
from shared.store.delivery_search import DeliverySearch
from shared.store.gate import Gate
from shared.store.inbox import Inbox
from shared.store.journal import Journal
from shared.store.resends import Resends
from shared.store.sealing import Sealer
from shared.store.subscriptions import Subscriptions

# The worker may wait for the store longer than the listener: nobody waits for the worker.
STORE_TIMEOUT_SECONDS = 10.0
GATE_TIMEOUT_SECONDS = 2.0  # asked and told within one lease, with the call between
SIGNER_TIMEOUT_SECONDS = 5.0
CONNECTIONS = 256  # a hundred threads each hold one while they ask; a process of one thread opens few
CALLS_PER_DESTINATION = 8
CALLS_PER_UNPROVEN_DESTINATION = 2  # so fifty that hang are few enough for a hundred threads


def build_office(settings: WorkerSettings, publisher: Publisher) -> Office:
    """What the use cases are given in production."""
    redis = store_of(settings)
    at_the_gate = store_of(settings, GATE_TIMEOUT_SECONDS)
    core, clock = _core(settings, at_the_gate), StoreClock(redis)
    return Office(
        bank=_bank(settings, at_the_gate),
        core=core,
        notifier=build_notifier(
            settings.notifications,
            core.send,
            lambda: clock.now().astimezone(settings.zone).date(),
            settings.mambu_timeout_seconds,
            settings.console_url,
        ),
        journal=Journal(redis),
        inbox=Inbox(redis),
        interpreter=Webhooks(_posted_by_us(settings.setup)),
        subscriptions=Subscriptions(redis),
        deliveries=Deliveries(redis),
        ring=_ring(publisher),
        clock=clock,
        jitter=random.random,
        rules=build_rules(settings),
    )


def build_dispatch(settings: WorkerSettings) -> Dispatch:
    """What sending to subscribers is given, for any number of threads."""
    redis, hub = store_of(settings), settings.hub
    at_the_gate = store_of(settings, GATE_TIMEOUT_SECONDS)
    lease_seconds = hub.lease.total_seconds()
    exchange = Exchange(Opener(hub.private_targets))
    return Dispatch(
        deliveries=Deliveries(redis),
        subscriptions=Subscriptions(redis, Sealer(hub.sealing_keys) if hub.sealing_keys else None),
        berths=Berths(redis, CALLS_PER_DESTINATION, CALLS_PER_UNPROVEN_DESTINATION, lease_seconds),
        gate_of=lambda subscription_id: DestinationGate(at_the_gate, subscription_id, lease_seconds),
        subscriber=HttpSubscriber(exchange, Tokens(exchange), hub.delivery_timeout_seconds),
        clock=StoreClock(redis),
        jitter=random.random,
        lease=hub.lease,
    )


def build_resend_desk(settings: WorkerSettings) -> ResendDesk:
    redis = store_of(settings)
    return ResendDesk(Resends(redis), DeliverySearch(redis), Deliveries(redis), StoreClock(redis))


def store_of(settings: WorkerSettings, timeout_seconds: float = STORE_TIMEOUT_SECONDS) -> Redis:
    """A client of the store, which must be durable unless the settings say otherwise. Opens no connection yet."""
    return connect(
        settings.redis_url,
        timeout_seconds=timeout_seconds,
        connections=CONNECTIONS,
        demand_durable=not settings.store.may_be_volatile,
    )


def build_rules(settings: WorkerSettings) -> Rules:
    """The set-up document's decisions as the handlers ask for them."""
    setup = settings.setup
    return Rules(
        scheme_of_channel={
            setup.mambu_disbursement_channel_fps: Scheme.FPS,
            setup.mambu_disbursement_channel_chaps: Scheme.CHAPS,
        },
        finds_loans_by_account=setup.has_virtual_account_for_pre_payment,
        links_disbursements=setup.has_virtual_account_for_disbursement,
        bank_picks_the_number=setup.has_virtual_account_external_id,
        takes_bacs=setup.clear_bank_repayment_channel_bacs is not None,
        operating_iban=normal_iban(setup.operating_account_iban),
        bank_id=settings.hub.banks[0],
        told=settings.notifications.told if settings.notifications else None,
        tells_by_task=bool(settings.notifications and isinstance(settings.notifications.access, TaskAccess)),
        debtor_address=settings.debtor_address,
        lease_seconds=settings.lease_seconds,
        idle_seconds=settings.sweep_idle_seconds,
    )


def _ring(publisher: Publisher) -> Callable[[str], None]:
    """Has a new delivery sent now. A ring that the broker does not take costs a sweep: the delivery is due."""

    def ring(delivery_id: str) -> None:
        with suppress(PublishError):
            publisher.enqueue(tasks.DELIVER, delivery_id)

    return ring


def _bank(settings: WorkerSettings, redis: Redis) -> ClearBank:
    setup = settings.setup
    access = settings.signer
    signer = SignerClient(
        access.url, access.token, access.secret_key, key_id=access.key_id, timeout_seconds=SIGNER_TIMEOUT_SECONDS
    )
    terms = PaymentTerms(setup.operating_account_iban, setup.purpose or "LOAN", setup.category_purpose or "LOAN")
    http = HttpClient(setup.clearbank_url, settings.clearbank_timeout_seconds, Gate(redis, "clearbank"))
    return ClearBank(http, setup.authorization_header, signer.sign_request, terms, setup.client_money_account)


def _core(settings: WorkerSettings, redis: Redis) -> Mambu:
    setup = settings.setup
    base_url = setup.mambu_url if setup.mambu_url.endswith("/api") else f"{setup.mambu_url}/api"
    http = HttpClient(base_url, settings.mambu_timeout_seconds, Gate(redis, "mambu"))
    return Mambu(http, credentials(setup.mambu_user, setup.mambu_password, setup.mambu_api_key), _names(settings))


def _names(settings: WorkerSettings) -> MambuNames:
    setup = settings.setup
    channels = {
        "FasterPayments": setup.clear_bank_repayment_channel_fps,
        # Both ends at ClearBank: booked as what the payer most likely asked for.
        "Transfer": setup.clear_bank_repayment_channel_fps,
        "Chaps": setup.clear_bank_repayment_channel_chaps,
    }
    if setup.clear_bank_repayment_channel_bacs:
        channels["Bacs"] = setup.clear_bank_repayment_channel_bacs
    disbursement_channels = {
        "FasterPayments": setup.clear_bank_disbursement_channel_fps,
        "Transfer": setup.clear_bank_disbursement_channel_fps,
        "Chaps": setup.clear_bank_disbursement_channel_chaps,
    }
    return MambuNames(
        zone=settings.zone,
        repayment_channels=channels,
        disbursement_channels=disbursement_channels,
        transaction_set=setup.mambu_transaction_channel_cfield_set,
        creditor_iban=setup.mambu_creditor_iban_cfield_id,
        creditor_name=setup.mambu_creditor_name_cfield_id,
        debtor_iban=setup.mambu_debtor_iban_cfield_id,
        debtor_name=setup.mambu_debtor_name_cfield_id,
        payment_reference=setup.mambu_payment_reference_cfield_id,
        end_to_end_id=setup.mambu_transaction_end_to_end_id_cfield_id,
        status=setup.mambu_transaction_status_cfield_id,
        loan_set=setup.mambu_loan_account_cfield_set,
        loan_iban=setup.mambu_iban_cfield_id,
        loan_virtual_account_id=setup.mambu_virtual_account_id_cfield_id,
        loan_assigned_user=setup.mambu_assigned_loan_user_cfield_id or "",
    )


def _posted_by_us(setup: SetupDocument) -> frozenset[str]:
    return frozenset({setup.clear_bank_disbursement_channel_fps, setup.clear_bank_disbursement_channel_chaps})
