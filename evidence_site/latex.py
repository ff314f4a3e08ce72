"""LaTeX text of a bibliography in, Unicode with a little markup out, and back again.

Only what titles and names hold is understood: accents, symbols, italic, bold, sub- and superscript, simple maths. The
reader and the writer stand side by side because one has to undo the other.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import latexcodec  # noqa: F401  (registers the codec "ulatex", whose symbol table is used below)
from markupsafe import Markup, escape

from evidence_site import limits

INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
"""Control characters, line and paragraph separators, and what turns the direction of writing."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style."""

    text: str
    marks: tuple[str, ...] = ()
    """Outermost first, out of ``i``, ``b``, ``sub`` and ``sup``."""


@dataclass(frozen=True, slots=True)
class RichText:
    """Text on one line with italic, bold, sub- and superscript kept."""

    spans: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The text alone."""
        return "".join([span.text for span in self.spans])

    @property
    def html(self) -> Markup:
        """Safe HTML: everything escaped, the markup as elements."""
        return Markup("").join(_span_html(span) for span in self.spans)

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.spans)

    @classmethod
    def plain(cls, text: str) -> RichText:
        """Text without markup, its white space made single spaces."""
        line = one_line(text)
        return cls((Span(line),) if line else ())


def _span_html(span: Span) -> Markup:
    html = escape(span.text)
    for mark in reversed(span.marks):
        html = Markup(f"<{mark}>") + html + Markup(f"</{mark}>")
    return html


def words(text: str) -> frozenset[str]:
    """The set of the words in a table that is written as one text."""
    return frozenset(text.split())


# --- tables ----------------------------------------------------------------------------------------------------------

_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "b": "\u0331",
    "d": "\u0323", "t": "\u0361",
}  # fmt: skip
_ALONE = {"\u0303": "~", "\u0302": "^"}
"""Accents written over nothing, which is how some programs write these two characters in addresses."""
_DOTLESS = {"ı": "i", "ȷ": "j"}
_STYLES = {
    "emph": "i", "textit": "i", "textsl": "i", "mathit": "i", "textbf": "b", "mathbf": "b",
    "textsuperscript": "sup", "textsubscript": "sub",
}  # fmt: skip
_SWITCHES = {"em": "i", "it": "i", "itshape": "i", "sl": "i", "bf": "b", "bfseries": "b"}
_SILENT = words(
    "text textrm textsf texttt textsc textup textmd textnormal mathrm mathsf mathtt ensuremath mbox hbox rm sf tt sc "
    "normalfont upshape protect relax left right displaystyle textstyle uppercase noopsort url path nolinkurl "
    "bibinfo enquote ignorespaces selectfont"
)
"""Commands that change nothing here: what they apply to is kept as it is."""
_SYMBOLS = {
    "textbraceleft": "{", "textbraceright": "}", "lbrace": "{", "rbrace": "}", "textbackslash": "\\",
    "backslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textasciigrave": "`", "textdollar": "$",
    "textless": "<", "textgreater": ">", "textbar": "|", "textunderscore": "_", "textquotesingle": "'",
    "textquotedbl": '"', "textquoteleft": "‘", "textquoteright": "’", "textquotedblleft": "“",
    "textquotedblright": "”", "lq": "‘", "rq": "’", "textmu": "µ", "textmicro": "µ", "micro": "µ", "ldots": "…",
    "dots": "…", "textellipsis": "…", "i": "ı", "j": "ȷ", "par": " ", "newline": " ", "space": " ", "quad": " ",
    "qquad": " ", "nobreakspace": " ", "thinspace": " ", "allowbreak": "", "TeX": "TeX", "LaTeX": "LaTeX",
    "celsius": "°C", "degree": "°", "deg": "°", "circ": "°", "percent": "%", "prime": "′", "textprime": "′",
    "lt": "<", "gt": ">", "slash": "/",
}  # fmt: skip
_ESCAPED = {",": " ", ";": " ", ":": " ", " ": " ", "\n": " ", "\t": " ", "\\": " ", "!": "", "/": "", "-": "", "@": ""}
_LIGATURES = {"---": "—", "--": "–", "``": "“", "''": "”", "`": "‘", "~": " "}
_WRITTEN = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "`": r"\textasciigrave{}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "ı": r"\i{}", "ȷ": r"\j{}",
}  # fmt: skip
_COMMANDS = {"i": "emph", "b": "textbf", "sub": "textsubscript", "sup": "textsuperscript"}

_MARKUP = re.compile(r"[\\{}$~`]|--|''")
_TOKEN = re.compile(r"\\([A-Za-z]+)\s*|\\(.)|---|--|``|''|[{}$^_~`]|[^\\{}$^_~`'\-]+|.", re.DOTALL)
_DOLLAR = re.compile(r"(?<!\\)\$")
_SPECIAL = re.compile(r"[\\{}~^`$&%#_ıȷ]|-(?=-)|'(?=')")


# --- reading ---------------------------------------------------------------------------------------------------------


def decode(source: str, unknown: set[str] | None = None) -> RichText:
    """The text that LaTeX would print; commands that nobody knows are left out and added to ``unknown``."""
    if _MARKUP.search(source) is None:
        return RichText.plain(source)
    decoder = _Decoder(source)
    decoder.read()
    if unknown is not None:
        unknown |= decoder.unknown
    return RichText(_tidy(decoder.spans))


def plain(source: str, unknown: set[str] | None = None) -> str:
    """Like ``decode``, without the markup."""
    if _MARKUP.search(source) is None:
        return one_line(source)
    return decode(source, unknown).text


def one_line(text: str) -> str:
    """Composed Unicode (NFC) with single spaces in place of any other white space."""
    text = " ".join(text.split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def shorten(text: str, length: int = 60) -> str:
    """The beginning of a text, to show in a message."""
    text = one_line(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


class _Decoder:
    """One pass over a LaTeX text; groups and arguments recurse, to a limit."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.pos = 0
        self.depth = 0
        self.maths = False
        self.spans: list[Span] = []
        self.unknown: set[str] = set()

    def read(self) -> None:
        while self.pos < len(self.source):  # a stray } ends a group that was never opened: go on behind it
            self._group(())

    def _group(self, marks: tuple[str, ...]) -> None:
        self.depth += 1
        while (match := _TOKEN.match(self.source, self.pos)) is not None:
            self.pos = match.end()
            if match.group() == "}":
                break
            if match[1] in _SWITCHES:
                marks = _with(marks, _SWITCHES[match[1]])
            else:
                self._token(match, marks)
        self.depth -= 1

    def _token(self, match: re.Match[str], marks: tuple[str, ...]) -> None:
        token = match.group()
        if match[1] is not None:
            self._command(match[1], marks)
        elif match[2] is not None:
            self._escaped(match[2], marks)
        elif token == "{":
            if self.depth < limits.LATEX_DEPTH:
                self._group(marks)
        elif token == "$":
            self._dollar(marks)
        elif token in "^_" and self.maths:
            self._argument(_with(marks, "sup" if token == "^" else "sub"))
        elif self.maths:
            self._emit(token.replace("'", "′"), marks)
        else:
            self._emit(_LIGATURES.get(token, token), marks)

    def _command(self, name: str, marks: tuple[str, ...]) -> None:
        if name in _ACCENTS:
            self._accent(_ACCENTS[name], marks)
        elif name in _STYLES:
            self._argument(_with(marks, _STYLES[name]))
        elif name == "href":
            self._captured(())
        elif name not in _SILENT:
            symbol = _symbol(name)
            if symbol is None:
                self.unknown.add(name)
                symbol = ""
            # a command swallows the space behind it; TeX itself sets space around signs such as ≤
            sign = bool(symbol) and unicodedata.category(symbol[0]) == "Sm"
            self._emit(symbol + " " if sign and self.source[self.pos - 1].isspace() else symbol, marks)

    def _escaped(self, char: str, marks: tuple[str, ...]) -> None:
        if char in _ACCENTS:
            self._accent(_ACCENTS[char], marks)
        elif char in "()[]":
            self.maths = char in "(["
        else:
            self._emit(_ESCAPED.get(char, char), marks)

    def _dollar(self, marks: tuple[str, ...]) -> None:
        if self.maths:
            self.maths = False
        elif _DOLLAR.search(self.source, self.pos):
            self.maths = True
        else:
            self._emit("$", marks)

    def _argument(self, marks: tuple[str, ...]) -> None:
        while self.source[self.pos : self.pos + 1].isspace():
            self.pos += 1
        match = _TOKEN.match(self.source, self.pos)
        if match is None or match.group() == "}" or self.depth >= limits.LATEX_DEPTH:
            return
        if match[1] is None and match[2] is None and match.group() not in "{$":
            self.pos += 1
            self._emit(self.source[self.pos - 1], marks)
        else:
            self.pos = match.end()
            self.depth += 1
            self._token(match, marks)
            self.depth -= 1

    def _captured(self, marks: tuple[str, ...]) -> str:
        outer, self.spans = self.spans, []
        self._argument(marks)
        inner, self.spans = self.spans, outer
        return "".join(span.text for span in inner)

    def _accent(self, accent: str, marks: tuple[str, ...]) -> None:
        text = self._captured(marks)
        base = _DOTLESS.get(text[:1], text[:1])
        self._emit(base + accent + text[1:] if base.strip() else _ALONE.get(accent, "") + text, marks)

    def _emit(self, text: str, marks: tuple[str, ...]) -> None:
        self.spans.append(Span(text, marks))


def _with(marks: tuple[str, ...], mark: str) -> tuple[str, ...]:
    return marks if mark in marks else (*marks, mark)


@lru_cache(maxsize=2048)
def _symbol(name: str) -> str | None:
    if name in _SYMBOLS:
        return _SYMBOLS[name]
    for source in (f"\\{name}", f"$\\{name}$"):
        found = str(codecs.decode(source, "ulatex")).strip()  # type: ignore[call-overload]
        if "\\" not in found and "$" not in found:
            return found
    return None


def _tidy(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans on one line: neighbours in one style merged, white space single, none at either end."""
    before = tuple(spans)
    while (after := _tidied(before)) != before:
        before = after  # a span that is gone can make two others neighbours
    return after


def _tidied(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].marks == span.marks:
            merged[-1] = Span(merged[-1].text + span.text, span.marks)
        else:
            merged.append(span)
    tidy: list[Span] = []
    space = True  # as if a space came before: leading white space goes
    for number, span in enumerate(merged, 1):
        text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", span.text))
        text = text[1:] if space and text.startswith(" ") else text
        text = text.rstrip() if number == len(merged) else text
        if text:
            tidy.append(Span(text, span.marks))
            space = text.endswith(" ")
    return tuple(tidy)


# --- writing ---------------------------------------------------------------------------------------------------------


def encode(text: str) -> str:
    """LaTeX that prints the text as it is and whose braces are balanced, so that nothing breaks out of its field."""
    return _SPECIAL.sub(lambda match: _WRITTEN.get(match.group(), match.group() + "{}"), text)


def encode_rich(rich: RichText) -> str:
    """Like ``encode``, with the markup as commands."""
    return "".join(_encode_span(span) for span in rich.spans)


def _encode_span(span: Span) -> str:
    written = encode(span.text)
    for mark in reversed(span.marks):
        written = f"\\{_COMMANDS[mark]}{{{written}}}"
    return written
