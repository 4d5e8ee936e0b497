"""Scores coded events against annotated reports: what is found, what of it is right, and where it goes wrong.

``read_report`` reads an annotated report, ``locate`` finds quoted words in a sentence, ``score_report`` judges the events
coded from a report, ``evaluate`` sums up, ``find_mistakes`` lists what is missed, false or wrong, ``view_evaluation`` and
``view_mistakes`` show it to people.
"""

from dateline.scoring.judging import FIELDS, Scored, score_report
from dateline.scoring.numbers import GROUPINGS, evaluate
from dateline.scoring.reports import Report, locate, read_report
from dateline.scoring.views import find_mistakes, view_evaluation, view_mistakes

__all__ = [
    "FIELDS",
    "GROUPINGS",
    "Report",
    "Scored",
    "evaluate",
    "find_mistakes",
    "locate",
    "read_report",
    "score_report",
    "view_evaluation",
    "view_mistakes",
]
