"""The store: that it answers, keeps what it has answered for, and agrees with us about the time."""

import time
from collections.abc import Iterator

from redis.exceptions import RedisError

from deploy.cluster.doctor.checks.rows import TIMEOUT_SECONDS, Row, Verdict, not_given
from shared.runtime.settings import SettingsReader
from shared.runtime.store_terms import read_store_terms
from shared.store.connection import StoreClock, connect
from shared.store.durability import volatility

# The signer takes a call whose time is off by five minutes at most; well before that something is wrong with a clock.
SKEW_WARN_SECONDS, SKEW_FAIL_SECONDS = 2.0, 60.0


def of_store(reader: SettingsReader) -> Iterator[Row]:
    if not reader.has("REDIS_URL"):
        yield not_given("store", "REDIS_URL")
        return
    url = reader.url("REDIS_URL", schemes=("redis", "rediss", "unix"))
    with connect(url, timeout_seconds=TIMEOUT_SECONDS) as redis:
        began = time.time()
        try:
            its_time = StoreClock(redis).now().timestamp()
        except RedisError as error:
            yield Row("store", Verdict.FAIL, f"no answer ({type(error).__name__})", "Start it, or correct REDIS_URL.")
            return
        ended = time.time()
    yield Row("store", Verdict.OK, "answers")
    yield skew(max(began - its_time, its_time - ended, 0.0))
    yield _durable(reader, url)


def _durable(reader: SettingsReader, url: str) -> Row:
    if read_store_terms(reader).may_be_volatile:
        return Row("store durable", Verdict.WARN, "ALLOW_VOLATILE_STORE is set", "Unset it wherever money moves.")
    if faults := volatility(connect(url, timeout_seconds=TIMEOUT_SECONDS, demand_durable=True)):
        return Row("store durable", Verdict.FAIL, "it may lose what it answered for", " ".join(faults))
    return Row("store durable", Verdict.OK, "appendfsync always, noeviction")


def skew(seconds: float) -> Row:
    found = f"{seconds:.1f} s between this machine and the store"
    if seconds < SKEW_WARN_SECONDS:
        return Row("clocks agree", Verdict.OK, found)
    verdict = Verdict.FAIL if seconds >= SKEW_FAIL_SECONDS else Verdict.WARN
    return Row("clocks agree", verdict, found, "Set both by NTP: signatures carry the time.")
