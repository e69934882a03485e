"""After the faults: wait until nobody has anything left to do, then send answered webhooks again, which must move
nothing."""

import random
import time
from collections.abc import Callable

import requests
from redis.exceptions import RedisError

from deploy.local.faults.gather import Gatherer
from deploy.local.faults.ground import Ground
from deploy.local.faults.played import Played
from deploy.local.faults.records import SentWebhook
from sandbox.player import HttpDoors
from sandbox.story import StoryError

_LOOK_SECONDS = 1.0
_LOOKS_IN_A_ROW = 2


class Settling:
    """`most_seconds` bounds each wait; what is not settled then is found in the records."""

    def __init__(
        self, ground: Ground, doors: HttpDoors, gatherer: Gatherer, played: Played, most_seconds: float
    ) -> None:
        self._ground = ground
        self._doors = doors
        self._gatherer = gatherer
        self._played = played
        self._most_seconds = most_seconds

    def wait(self, left: Callable[[int], None]) -> bool:
        """Whether all has settled in time; `left` hears how much is still to be done. Raises EndedError."""
        until = time.monotonic() + self._most_seconds
        calm = 0
        while calm < _LOOKS_IN_A_ROW:
            if time.monotonic() > until:
                return False
            self._ground.wait(_LOOK_SECONDS)
            try:
                count = self._count_left()
            except (RedisError, requests.RequestException, StoryError):
                calm = 0
                continue
            left(count)
            calm = 0 if count else calm + 1
        return True

    def send_again(self, count: int, seed: int) -> None:
        """Some webhooks that were answered, at random: a repeat of anything moves no money."""
        chance = random.Random(seed)  # noqa: S311
        webhooks = [*self._gatherer.bank_webhooks(), *self._gatherer.core_webhooks()]
        for webhook in chance.sample(webhooks, min(count, len(webhooks))):
            self._resend(webhook)
            self._played.sent_again += 1

    def _count_left(self) -> int:
        if due := self._gatherer.due():
            return due
        undecided = sum(each.status in ("pending", "held") for each in self._gatherer.bank_payments())
        bank = sum(webhook.is_waiting for webhook in self._gatherer.bank_webhooks())
        core = [webhook for webhook in self._gatherer.core_webhooks() if webhook.is_waiting]
        for webhook in core:
            self._resend(webhook)
            self._played.sent_by_hand += 1
        return undecided + bank + len(core)

    def _resend(self, webhook: SentWebhook) -> None:
        self._doors.call(webhook.sender, f"/_sandbox/webhooks/{webhook.id}/resend", {})
