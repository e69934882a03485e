"""How many deliveries there are in each state and how late they are: what to watch and to alert on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redis import Redis

from shared.domain.hub.delivery_states import DeliveryState
from shared.store import keys
from shared.store.deliveries import index_of_state
from shared.store.figures import Pile


@dataclass(frozen=True, slots=True)
class DeliveryFigures:
    """`states`: age by creation. `due`: all that are not final, and how late the sweeper is for the first. `set_aside`:
    they cannot be read."""

    states: Mapping[DeliveryState, Pile]
    due: Pile
    set_aside: Pile


def read_delivery_figures(redis: Redis) -> DeliveryFigures:
    """One round trip, whatever the length of the log. Ages are by the store's own clock."""
    piles = [keys.deliveries(index_of_state(state)) for state in DeliveryState]
    with redis.pipeline(transaction=False) as pipeline:
        pipeline.time()
        for key in (keys.DELIVERIES_DUE, keys.DELIVERIES_PARKED, *piles):
            pipeline.zcard(key)
            pipeline.zrange(key, 0, 0, withscores=True)
        (seconds, microseconds), *told = pipeline.execute()
    now_ms = seconds * 1000 + microseconds / 1000
    due, set_aside, *of_states = (_pile(*each, now_ms) for each in zip(told[::2], told[1::2], strict=True))
    return DeliveryFigures(dict(zip(DeliveryState, of_states, strict=True)), due, set_aside)


def _pile(count: int, oldest: list[tuple[Any, float]], now_ms: float) -> Pile:
    return Pile(count, max(now_ms - oldest[0][1], 0.0) / 1000 if oldest else 0.0)
