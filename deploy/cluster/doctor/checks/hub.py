"""What the hub needs: the keys that seal its subscriptions' secrets, and somebody who may call its API."""

from collections.abc import Iterator

from redis.exceptions import RedisError

from deploy.cluster.doctor.checks.rows import TIMEOUT_SECONDS, Row, Verdict, faults_or, not_given
from shared.domain.corruption import CorruptRecordError
from shared.runtime.settings import SettingsReader
from shared.runtime.signer_access import lines_of
from shared.store.connection import connect
from shared.store.sealing import Sealer, SealingKeyError
from shared.store.users import Users


def of_sealing_keys(reader: SettingsReader) -> Iterator[Row]:
    if not reader.has("SEALING_KEYS"):
        yield not_given("sealing keys", "SEALING_KEYS")
        return
    keys = lines_of(reader.text("SEALING_KEYS"))
    try:
        Sealer(keys)
    except SealingKeyError as error:
        reader.add_fault(f"SEALING_KEYS: {error}")
    yield faults_or("sealing keys", reader.faults, f"{len(keys)}, of which the first seals")


def of_users(reader: SettingsReader) -> Iterator[Row]:
    url = reader.url("REDIS_URL", schemes=("redis", "rediss", "unix"))
    do = "Add one: python -m services.console users add NAME --role ROLE (docs/subscriptions.md)."
    try:
        with connect(url, timeout_seconds=TIMEOUT_SECONDS) as redis:
            count = len(list(Users(redis).all()))
    except (RedisError, CorruptRecordError) as error:
        yield Row("users", Verdict.FAIL, f"not readable ({type(error).__name__})", "Look at the store.")
        return
    yield Row("users", Verdict.OK, f"{count} may call") if count else Row("users", Verdict.WARN, "nobody may call", do)
