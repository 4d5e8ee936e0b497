"""Runs the coder over many documents: finds them, codes them in one process or several, keeps their order."""
