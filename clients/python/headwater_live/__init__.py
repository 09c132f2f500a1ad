"""Live records of a Headwater service over one websocket: see docs/live.md.

Nothing of the service's own code may be imported here: this folder is a package of its own.
"""

from headwater_live.client import Live, connect
from headwater_live.errors import Ended, LiveError, Refused, Unconfirmed
from headwater_live.record import Produced, Record
from headwater_live.subscription import Subscription

__all__ = [
    "Ended",
    "Live",
    "LiveError",
    "Produced",
    "Record",
    "Refused",
    "Subscription",
    "Unconfirmed",
    "connect",
]
