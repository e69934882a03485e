"""Plays stories through real HTTP and tells how each ended."""

import random
import string
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests
from redis import Redis
from redis.exceptions import RedisError

from sandbox.observe import Observer
from sandbox.story import Memory, Story, StoryError

AT_ONCE = 4
LOOK_EVERY_SECONDS = 0.1
CALL_SECONDS = 20.0


@dataclass(frozen=True)
class Row:
    """How one story ended. `watch` is kept for a second look."""

    scenario: str
    title: str
    expected: str
    reached: str
    seconds: float
    watch: Mapping[str, Any]

    @property
    def ok(self) -> bool:
        return self.expected == self.reached


class HttpDoors:
    """The doors of the outside world by name. A door that is being started again is tried again."""

    def __init__(self, urls: Mapping[str, str], tokens: Mapping[str, str] | None = None) -> None:
        """`tokens`: what to show as Bearer at the doors that want it."""
        self._urls = urls
        self._headers = {door: {"Authorization": f"Bearer {token}"} for door, token in (tokens or {}).items()}
        self._session = requests.Session()
        self._session.trust_env = False

    def get(self, door: str, path: str) -> Any:
        return self.call(door, path, None)

    def call(self, door: str, path: str, body: Any) -> Any:
        """The answer's JSON; without a body it asks. Raises StoryError when the door refuses."""
        method = "GET" if body is None else "POST"
        url, headers = self._urls[door] + path, self._headers.get(door)
        answer = self._session.request(method, url, json=body, headers=headers, timeout=CALL_SECONDS)
        if answer.status_code >= 400:
            raise StoryError(f"{door} answered {path} with {answer.status_code}: {answer.text[:200]}")
        return answer.json() if answer.content else {}


Operate = Callable[[Sequence[str]], None]
"""Carries out an operator's command, given as its words. Raises StoryError when it is refused."""


class Player:
    """Plays stories, several at once: their references keep them apart. `known` is what every story knows by name."""

    def __init__(
        self, doors: HttpDoors, redis_url: str, operate: Operate, known: Mapping[str, Any] | None = None
    ) -> None:
        self._doors = doors
        self._operate = operate
        self._known = known or {}
        self._observer = Observer(doors, Redis.from_url(redis_url, socket_timeout=5.0, decode_responses=True))

    def play_all(self, stories: Sequence[Story], done: Callable[[str], None]) -> list[Row]:
        """One row per story. After the last one all are looked at again: what was right must have stayed right."""

        def play(story: Story) -> Row:
            row = self._play(story)
            done(story.id)
            return row

        with ThreadPoolExecutor(AT_ONCE) as pool:
            rows = list(pool.map(play, stories))
        return [self._looked_at_again(row) for row in rows]

    def _play(self, story: Story) -> Row:
        began = time.monotonic()
        tag = "".join(random.choices(string.ascii_uppercase + string.digits, k=8))
        memory = Memory({**self._known, "tag": tag})
        watch: Mapping[str, Any] = {}
        try:
            for step in story.steps:
                self._take(step, memory, began + story.patience_seconds)
            watch = memory.fill(story.watch)
            reached = self._watch(watch, story.expected, began + story.patience_seconds)
        except (StoryError, requests.RequestException, RedisError) as error:
            reached = f"not played: {error}"
        return Row(story.id, story.title, story.expected, reached, time.monotonic() - began, watch)

    def _take(self, step: Mapping[str, Any], memory: Memory, deadline: float) -> None:
        call = memory.fill({key: value for key, value in step.items() if key != "as"})
        if "until" in call:
            reached = self._watch(call["watch"], call["until"], deadline)
            if reached != call["until"]:
                raise StoryError(f"waited for {call['until']!r} and saw {reached!r}")
            return
        if "operator" in call:
            self._operate(call["operator"])
            return
        answer = self._call(call["door"], call["path"], call.get("send"), deadline)
        if "as" in step:
            memory.known[step["as"]] = answer

    def _call(self, door: str, path: str, body: Any, deadline: float) -> Any:
        while True:
            try:
                return self._doors.call(door, path, body)
            except requests.ConnectionError:  # the door's process may be starting again
                if time.monotonic() > deadline:
                    raise
                time.sleep(LOOK_EVERY_SECONDS)

    def _watch(self, watch: Mapping[str, Any], expected: str, deadline: float) -> str:
        while True:
            reached = self._look(watch)
            if reached == expected or time.monotonic() > deadline:
                return reached
            time.sleep(LOOK_EVERY_SECONDS)

    def _look(self, watch: Mapping[str, Any]) -> str:
        try:
            return self._observer.read(watch)
        except (requests.RequestException, RedisError, StoryError, KeyError, ValueError) as error:
            return f"not seen: {type(error).__name__}"

    def _looked_at_again(self, row: Row) -> Row:
        if not row.ok:
            return row
        reached = self._watch(row.watch, row.expected, time.monotonic() + 10)
        return Row(row.scenario, row.title, row.expected, reached, row.seconds, row.watch)
