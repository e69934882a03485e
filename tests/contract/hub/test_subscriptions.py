"""Who wants to be told of what: stored, found, and kept secret."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from redis import Redis
from redis.exceptions import ResponseError

from shared.domain.corruption import CorruptRecordError
from shared.domain.hub.subscription import HeaderProfile, Level, Subscription, UmmTerms
from shared.domain.hub.triggers import Trigger
from shared.store import keys
from shared.store.connection import lua
from shared.store.sealing import Sealer
from shared.store.subscription_secrets import without_secrets
from shared.store.subscriptions import Subscriptions
from tests.builders.hub import ACCOUNT_ID, BANK_ID, NOON, a_secretive_subscription, a_subscription, an_act, an_event
from tests.contract.hub.conftest import SEALING_KEY, HubStores
from tests.contract.hub.work import counted


def add(hub: HubStores, *subscriptions: Subscription) -> None:
    for subscription in subscriptions:
        assert hub.subscriptions.add(subscription, an_act())


def ids(subscriptions: list[Subscription]) -> list[str]:
    return [each.id for each in subscriptions]


def test_what_was_added_is_loaded_as_it_was_with_every_secret(hub: HubStores) -> None:
    subscription = a_secretive_subscription(
        header_profile=HeaderProfile.UMM,
        umm=UmmTerms("client", "product", "channel"),
        retry_profile="",
        own_waits_seconds=(60, 3600),
        template='{"name":"{EVENT_NAME}"}',
        is_active=False,
    )
    add(hub, subscription)

    assert hub.subscriptions.load(subscription.id) == subscription


def test_one_without_secrets_is_loaded_as_it_was(hub: HubStores) -> None:
    add(hub, a_subscription())

    assert hub.subscriptions.load("subscription-1") == a_subscription()


def test_there_is_none_by_an_unknown_id(hub: HubStores) -> None:
    assert hub.subscriptions.load("unknown") is None
    assert hub.subscriptions.load_without_secrets("unknown") is None


def test_what_people_are_shown_holds_no_secret(hub: HubStores) -> None:
    subscription = a_secretive_subscription()
    add(hub, subscription)

    for shown in (
        hub.subscriptions.load_without_secrets(subscription.id),
        *hub.subscriptions.find(),
        *hub.subscriptions.wanting(an_event()),
    ):
        assert shown == without_secrets(subscription)
        assert "hidden" not in str([shown.headers, shown.authentication, shown.signing_secret])
        assert [name for name, _ in shown.headers] == ["X-Static", "X-Empty"]
        assert shown.authentication.basic.username == "user"


def test_an_id_is_given_once(hub: HubStores) -> None:
    add(hub, a_subscription())

    assert not hub.subscriptions.add(a_subscription(name="another"), an_act())
    assert hub.subscriptions.load("subscription-1").name == ""
    assert len(hub.subscriptions.history("subscription-1")) == 1


def test_one_that_is_replaced_is_found_as_it_is_now_and_not_as_it_was(hub: HubStores) -> None:
    add(hub, a_subscription())
    changed = a_subscription(trigger=Trigger.PAYMENT_HELD, bank_id="another bank", created_by="another user")

    assert hub.subscriptions.replace(changed, an_act("changed"))
    assert hub.subscriptions.load("subscription-1") == changed
    assert hub.subscriptions.find(bank_id=BANK_ID) == hub.subscriptions.wanting(an_event()) == []
    assert hub.subscriptions.find(bank_id="another bank", created_by="another user") == [changed]
    assert hub.subscriptions.find() == [changed]


def test_one_that_is_gone_cannot_be_replaced_or_deleted(hub: HubStores) -> None:
    assert not hub.subscriptions.replace(a_subscription(), an_act())
    assert not hub.subscriptions.delete("subscription-1", an_act())
    assert hub.subscriptions.load("subscription-1") is None
    assert hub.subscriptions.history("subscription-1") == []


def test_one_that_is_deleted_is_found_nowhere_and_its_history_stays(hub: HubStores) -> None:
    add(hub, a_secretive_subscription())

    assert hub.subscriptions.delete("subscription-1", an_act("deleted", "another user"))
    assert hub.subscriptions.load("subscription-1") is None
    assert hub.subscriptions.find() == hub.subscriptions.wanting(an_event()) == []
    assert hub.subscriptions.count() == 0
    assert hub.subscriptions.history("subscription-1") == [an_act("added"), an_act("deleted", "another user")]


def test_an_event_is_wanted_by_its_account_its_bank_and_everybody_in_the_order_they_came(hub: HubStores) -> None:
    levels = {"third": Level.SYSTEM, "first": Level.BANK, "second": Level.ACCOUNT}
    minutes = {"first": 1, "second": 2, "third": 3}
    for name, level in levels.items():
        add(hub, a_subscription(name, level=level, created_at=NOON + timedelta(minutes=minutes[name])))

    assert ids(hub.subscriptions.wanting(an_event())) == ["first", "second", "third"]


def test_an_event_is_not_wanted_by_those_of_another_account_bank_or_trigger(hub: HubStores) -> None:
    add(
        hub,
        a_subscription("other account", level=Level.ACCOUNT, account_id="GB00OTHER"),
        a_subscription("account of other bank", level=Level.ACCOUNT, bank_id="other"),
        a_subscription("other bank", bank_id="other"),
        a_subscription("other trigger", trigger=Trigger.PAYMENT_HELD),
    )

    assert hub.subscriptions.wanting(an_event()) == []


def test_one_that_is_off_wants_it_all_the_same(hub: HubStores) -> None:
    add(hub, a_subscription(is_active=False))

    assert ids(hub.subscriptions.wanting(an_event())) == ["subscription-1"]


def test_ids_of_banks_and_accounts_that_look_like_each_other_are_kept_apart(hub: HubStores) -> None:
    add(hub, a_subscription("one", level=Level.ACCOUNT, bank_id="a:b", account_id='c","d'))

    assert ids(hub.subscriptions.wanting(an_event(bank_id="a:b", account_id='c","d'))) == ["one"]
    assert hub.subscriptions.wanting(an_event(bank_id="a", account_id='b:c","d')) == []
    assert hub.subscriptions.wanting(an_event(bank_id='a:b","c', account_id="d")) == []


@pytest.fixture
def five(hub: HubStores) -> HubStores:
    """Five subscriptions, one a minute."""
    different: list[dict[str, Any]] = [
        {},
        {"level": Level.ACCOUNT},
        {"level": Level.ACCOUNT, "trigger": Trigger.ON_BALANCE_CHANGE},
        {"level": Level.ACCOUNT, "created_by": "another user"},
        {"bank_id": "another bank"},
    ]
    for number, changed in enumerate(different):
        add(hub, a_subscription(str(number), created_at=NOON + timedelta(minutes=number), **changed))
    return hub


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, "43210"),
        ({"bank_id": BANK_ID}, "3210"),
        ({"bank_id": BANK_ID, "level": Level.ACCOUNT}, "321"),
        ({"bank_id": BANK_ID, "account_id": ACCOUNT_ID, "created_by": "another user"}, "3"),
        ({"level": Level.ACCOUNT, "trigger": Trigger.PAYMENT_SETTLED}, "31"),
        ({"created_by": "another user"}, "3"),
        ({"bank_id": "another bank", "level": Level.ACCOUNT}, ""),
        ({"bank_id": "unknown"}, ""),
    ],
)
def test_they_are_found_newest_first_by_all_that_is_asked(
    five: HubStores, wanted: dict[str, Any], expected: str
) -> None:
    assert "".join(ids(five.subscriptions.find(**wanted))) == expected
    assert five.subscriptions.count(**wanted) == len(expected)
    assert "".join(ids(five.subscriptions.find(**wanted, offset=1, limit=2))) == expected[1:3]
    assert five.subscriptions.find(**wanted, offset=9) == []


def test_nothing_secret_stands_in_the_store_in_the_clear(server: Redis) -> None:
    Subscriptions(server, Sealer([SEALING_KEY])).add(a_secretive_subscription(), an_act())

    assert all(b"hidden" not in (server.dump(key) or b"") for key in server.scan_iter())
    assert b"hidden" not in str(server.hgetall(keys.subscription("subscription-1"))).encode()


def test_without_a_key_all_but_the_secrets_can_be_read(server: Redis) -> None:
    subscription = a_secretive_subscription()
    Subscriptions(server, Sealer([SEALING_KEY])).add(subscription, an_act())
    keyless = Subscriptions(server)

    assert keyless.find() == keyless.wanting(an_event()) == [without_secrets(subscription)]
    with pytest.raises(CorruptRecordError, match="set SEALING_KEYS"):
        keyless.load(subscription.id)


def test_without_a_key_only_those_without_secrets_are_stored_and_loaded(server: Redis) -> None:
    keyless = Subscriptions(server)

    assert keyless.add(a_subscription(), an_act())
    assert keyless.load("subscription-1") == a_subscription()
    with pytest.raises(ValueError, match="set SEALING_KEYS"):
        keyless.replace(a_secretive_subscription(), an_act())
    assert keyless.load("subscription-1") == a_subscription()


def test_with_another_key_the_secrets_are_said_to_be_shut(server: Redis) -> None:
    Subscriptions(server, Sealer([SEALING_KEY])).add(a_secretive_subscription(), an_act())
    other = Subscriptions(server, Sealer([Fernet.generate_key().decode()]))

    with pytest.raises(CorruptRecordError, match="secrets of subscription subscription-1 cannot be opened"):
        other.load("subscription-1")


def test_secrets_moved_to_another_subscription_are_refused(server: Redis) -> None:
    subscriptions = Subscriptions(server, Sealer([SEALING_KEY]))
    for name in ("one", "two"):
        subscriptions.add(a_secretive_subscription(name), an_act())
    server.hset(keys.subscription("two"), "sealed", server.hget(keys.subscription("one"), "sealed") or b"")

    with pytest.raises(CorruptRecordError, match="those of another"):
        subscriptions.load("two")


@pytest.mark.parametrize("record", [{"doc": "{"}, {"doc": "{}", "sealed": ""}, {"other": "1"}])
def test_a_record_that_cannot_be_read_is_named(server: Redis, record: Any) -> None:
    subscriptions = Subscriptions(server)
    subscriptions.add(a_subscription(), an_act())
    server.delete(keys.subscription("subscription-1"))
    server.hset(keys.subscription("subscription-1"), mapping=record)

    for read in (lambda: subscriptions.load("subscription-1"), lambda: subscriptions.wanting(an_event())):
        with pytest.raises(CorruptRecordError, match="subscription-1"):
            read()


def test_a_document_under_another_id_is_refused(server: Redis) -> None:
    subscriptions = Subscriptions(server)
    subscriptions.add(a_subscription("one"), an_act())
    server.copy(keys.subscription("one"), keys.subscription("two"))

    with pytest.raises(CorruptRecordError, match="holds the document of another"):
        subscriptions.load("two")


def test_a_deleted_one_leaves_nothing_but_its_history(server: Redis) -> None:
    subscriptions = Subscriptions(server, Sealer([SEALING_KEY]))
    subscriptions.add(a_secretive_subscription(level=Level.ACCOUNT), an_act())
    subscriptions.replace(a_subscription(level=Level.SYSTEM), an_act("changed"))
    subscriptions.delete("subscription-1", an_act("deleted"))

    assert server.keys() == [keys.history("subscription:subscription-1").encode()]


def test_the_wanting_are_found_without_a_look_at_any_other(server: Redis) -> None:
    subscriptions = Subscriptions(server)
    subscriptions.add(a_subscription(), an_act())
    for number in range(300):
        subscriptions.add(a_subscription(f"other-{number}", bank_id=f"bank {number}"), an_act())

    with counted(server) as work:
        assert ids(subscriptions.wanting(an_event())) == ["subscription-1"]
    assert work.commands == len(Level) + 1


def test_the_script_checks_its_arguments_before_its_first_write(server: Redis) -> None:
    good = ["cw:", "id", "add", "{}", "", "0", "[]", "{}"]
    spoilt = {0: "", 1: "", 2: "burn", 3: "", 5: "soon", 6: "[", 7: ""}
    for place, value in spoilt.items():
        with pytest.raises(ResponseError, match="subscription_write:"):
            server.eval(lua("subscription_write"), 2, "hash", "list", *good[:place], value, *good[place + 1 :])
    assert server.dbsize() == 0
