"""A client of the Central Products List for the DCC's systems: pull, verify, keep, apply changes, acknowledge.

    from cpl_client import Client, Holding, Transport

    client = Client(Transport("https://cpl.example", client_id="…", client_secret="…"), Holding(Path("cpl")))
    client.trust("the fingerprint that was given to you by another way")
    pulled = client.pull(forms=("json",))
    …load pulled.paths["json"]…
    client.acknowledge("loaded")

Whatever is not proven raises `NotGenuine`, and what was held before stays.
"""

from cpl_client.client import Client, Fresh, Pulled
from cpl_client.holding import Busy, Held, Holding
from cpl_client.transport import Refused, Transport, Unreachable
from cpl_client.verify import NotGenuine
from cpl_client.webhook import Announcement, read_announcement

__all__ = [
    "Announcement",
    "Busy",
    "Client",
    "Fresh",
    "Held",
    "Holding",
    "NotGenuine",
    "Pulled",
    "Refused",
    "Transport",
    "Unreachable",
    "read_announcement",
]
