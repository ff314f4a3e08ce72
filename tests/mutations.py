"""Mistakes and attacks made at random in the files of a review: deleted, retyped, doubled, cut off, exchanged, damaged.

The same seed makes the same changes. What a change is can be written down, so that one that did harm becomes a case.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import yaml

TOKENS = (
    b"\0", b"\x1b[31m", "\u202e".encode(), b"\xff\xfe", b"\xed\xa0\xbd", b"&a ", b"*a", b"!!python/object:x.y ", b"<<: ", b"---\n",
    b"[", b"]", b"{", b"}", b'"', b"'", b"|\n", b">\n", b"- ", b": ", b"#", b"%YAML 1.1\n", b"@", b"@article{", b"\\", b"\r", b"\t", b"\n",
    b"not_reported", b"~", b"1e999", b"-1", b"0", b"999999999999999999999", b"2019-02-30", b"[@hong2018changes]", b"[@", b"](javascript:x)",
    b"{{", b"}}", b"{%", b"</script>", b"<!--", b"$", b"\xc3", b"\xf0\x9f\xa6\xb4", b"a/../b", b"..", b"_", b"alpha2020", b"beta2021/p1",
)  # fmt: skip

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**20, float("inf"), float("nan"), "", " ", "x", "x" * 3000, "not_reported", "unclear", [], {}, [[]],
    [1, "x", None], {"x": 1}, {"": ""}, dt.date(2020, 2, 29), "2020-13-01", "alpha2020", "drug-a", "density", "=1+1", "[@alpha2020, p. 1]",
    "<script>", "{{ x }}", "a\nb", "\u202e", "https://example.org/", "javascript:x", "a: b", "- a",
)  # fmt: skip


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def mutate(content: bytes, chance: random.Random) -> bytes:
    """The content of a file with one or a few changes."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        change = chance.choice((_structure, _structure, _structure, _bytes, _bytes, _lines))
        content = change(content, chance)
    return content[:400_000]


def _bytes(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content) + 1)
    end = min(len(content), start + chance.choice((1, 1, 2, 5, 20, 200)))
    piece = content[start:end]
    if len(content) < 2:
        return content + chance.choice(TOKENS)
    other = chance.randrange(len(content))
    changes: tuple[Callable[[], bytes], ...] = (
        lambda: content[:start] + content[end:],
        lambda: content[:end] + piece + content[end:],
        lambda: content[:start],
        lambda: content[:start] + chance.choice(TOKENS) + content[start:],
        lambda: content[:start] + chance.choice(TOKENS) + content[end:],
        lambda: content[:start] + bytes([chance.randrange(256)]) + content[start + 1 :],
        lambda: _exchanged(content, start, other),
        lambda: content[:start] + piece * chance.choice((3, 50)) + content[end:],
    )
    return chance.choice(changes)()


def _exchanged(content: bytes, one: int, other: int) -> bytes:
    first, second = sorted((min(one, len(content) - 1), other))
    return (
        content[:first] + content[second : second + 1] + content[first + 1 : second]
        + content[first : first + 1] + content[second + 1 :]
        if first != second
        else content
    )  # fmt: skip


def _lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            del lines[one]
        case 1:
            lines.insert(other, lines[one])
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case 3:
            lines[one] = b" " * chance.randrange(4) + lines[one].lstrip()
        case _:
            lines[one] = lines[one] + lines[other]
    return b"\n".join(lines)


def _structure(content: bytes, chance: random.Random) -> bytes:
    """A change of the data that YAML holds; of anything else, of its bytes."""
    try:
        data = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError):
        data = None
    places = list(_places(data))
    if not places:
        return _bytes(content, chance)
    holder, key = chance.choice(places)
    match chance.randrange(6):
        case 0:
            del holder[key]
        case 1 | 2:
            holder[key] = chance.choice(VALUES)
        case 3:
            other, name = chance.choice(places)
            holder[key] = other[name]
        case 4:
            if isinstance(holder, list):
                holder.insert(key, holder[key])
            else:
                holder[f"{key}{chance.choice(('', 's', '_', ' '))}x"] = holder.pop(key)
        case _:
            value = holder[key]
            if isinstance(value, int | float) and not isinstance(value, bool):
                holder[key] = chance.choice((-value, value * 1000, value + 0.5, str(value)))
            elif isinstance(value, str):
                holder[key] = chance.choice((value * 2, value[::-1], value.upper(), [value], {value[:9]: value}))
            else:
                holder[key] = [value]
    try:
        return yaml.dump(data, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=100).encode("utf-8", "replace")
    except (yaml.YAMLError, RecursionError, ValueError, TypeError):
        return content  # a list that has been put into itself


def _places(data: Any, depth: int = 0) -> Any:
    if depth > 12:
        return
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield data, key
        yield from _places(value, depth + 1)
