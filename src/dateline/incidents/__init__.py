"""The incidents room: claims of one happening become one event, events of one happening one incident.

Doors: ``account(readings)``; ``find_incidents`` (or ``find_groups``) of what ``telling_of`` gives, for what fits into memory;
and the steps of that, ``sketch``, ``link_sketches``, ``reconcile`` and ``tie_aggregates``, for what does not.
"""

from dateline.incidents.aggregates import tie_aggregates
from dateline.incidents.events import account
from dateline.incidents.joining import find_groups, find_incidents, sketch, telling_of
from dateline.incidents.link import link_sketches
from dateline.incidents.reconcile import reconcile

__all__ = ["account", "find_groups", "find_incidents", "link_sketches", "reconcile", "sketch", "telling_of", "tie_aggregates"]
