"""The grounding room: words of claims become days, places and actors.

Door: ``ground(readings, grounder)``; ``Grounder.open`` opens the packs.
"""

from dateline.grounding.ground import Grounder, ground

__all__ = ["Grounder", "ground"]
