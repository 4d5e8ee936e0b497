"""Readers of each kind of input: a stream of bytes in, one document after the other out; ``run/inputs.py`` is their door."""
