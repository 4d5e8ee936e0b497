"""Reads reports: bytes or a text in, an ``Article`` with its sentences out."""

from dateline.articles.read import make_article, read_article, read_published
from dateline.articles.sentences import split_sentences

__all__ = ["make_article", "read_article", "read_published", "split_sentences"]
