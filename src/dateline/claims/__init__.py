"""The claims room: sentences become claims, in the text's own words and spans.

Door: ``read_claims(articles, reader)``; ``Reader(directory)`` opens the weights.
"""

from dateline.claims.extract import Reader, read_claims

__all__ = ["Reader", "read_claims"]
