"""Lines of keys and values in a TOML file, for messages about mistakes: the standard library's parser tells none."""

from __future__ import annotations

import re
from typing import Any


class Places:
    """Finds the lines of keys and values in the text of a TOML file.

    A place is a path: an optional rule number (from 0), then keys and, within a list, positions (from 0). The finder goes as
    far along the path as it can, so that its answer is at worst the line of what encloses the value.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        hidden = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)
        self._bare = hidden.sub(lambda m: re.sub(r"[^\n]", "_", m[0]), text)
        heads = [m.start() for m in re.finditer(r"^[ \t]*\[\[\s*rule\s*\]\]", self._bare, re.MULTILINE)]
        ends = [m.start() for m in re.finditer(r"^[ \t]*\[(?!\[?\s*rule\.)", self._bare, re.MULTILINE)]
        self._rules = [(h, next((e for e in ends if e > h), len(text))) for h in heads]

    def line(self, rule: int | None, *path: str | int, value: Any = None) -> int:
        """Return the line, from 1, of a place; ``value`` is a string to look for behind it."""
        if rule is None:
            start, end, bare = 0, len(self._text), self._outside_rules()
        elif rule < len(self._rules):
            (start, end), bare = self._rules[rule], self._bare
        else:
            start, end, bare = 0, len(self._text), self._bare
        position = start
        for step, after in zip(path, (*path[1:], None), strict=False):
            found = (
                self._item(bare, position, end, step) if isinstance(step, int) else self._key(bare, position, end, step, after)
            )
            position = position if found is None else found
        if isinstance(value, str):
            quoted = re.compile(rf"([\"']){re.escape(value)}\1").search(self._text, position, end)
            position = quoted.start() if quoted else position
        position += len(self._text[position:end]) - len(self._text[position:end].lstrip())
        return self._text.count("\n", 0, position) + 1

    def _outside_rules(self) -> str:
        bare = self._bare
        for start, end in self._rules:
            bare = bare[:start] + re.sub(r"[^\n]", "_", bare[start:end]) + bare[end:]
        return bare

    @staticmethod
    def _key(bare: str, start: int, end: int, key: str, after: str | int | None) -> int | None:
        found = [m.start() for m in re.compile(rf"(?<![\w-]){re.escape(key)}\s*[=.\]]").finditer(bare, start, end)]
        tables = [at for at in found if bare[bare.rfind("\n", 0, at) + 1 : at].lstrip().startswith("[[")]
        if isinstance(after, int) and after < len(tables):
            return tables[after]
        return found[0] if found else None

    @staticmethod
    def _item(bare: str, start: int, end: int, number: int) -> int | None:
        depth = 0
        for position in range(start, end):
            if bare[position] == "{":
                if depth == 0:
                    number -= 1
                if number < 0:
                    return position
                depth += 1
            elif bare[position] == "}":
                depth -= 1
        return None
