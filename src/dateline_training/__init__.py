"""Trains the reader; needs the extra ``train`` (torch), which Dateline itself never imports.

``python -m dateline_training.train`` makes a reader from the project's corpus (training/README.md tells of all the steps);
``dateline train`` goes on from a finished reader with a user's own annotated reports, by ``fine_tuning.py``.
"""
