"""The incidents room: claims of one happening become one event.

Door: ``account(readings)``.
"""

from dateline.incidents.events import account

__all__ = ["account"]
