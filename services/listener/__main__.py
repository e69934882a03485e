"""`python -m services.listener`"""

from granian.constants import Interfaces

from services.listener.settings import read_settings
from shared.runtime.server import serve
from shared.runtime.settings import SettingsError, refuse_to_start
from shared.store.connection import connect
from shared.store.durability import volatility

if __name__ == "__main__":
    try:
        settings = read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)
    if not settings.store.may_be_volatile and (faults := volatility(connect(settings.redis_url, demand_durable=True))):
        refuse_to_start(faults)
    serve(
        "services.listener.rsgi:build_front",
        settings.host,
        settings.port,
        workers=settings.workers,
        threads=settings.threads,
        interface=Interfaces.RSGI,
    )
