"""Reads an HTML page strictly into a tree of elements, with the standard library.

A tag that is not closed, or closed out of order, is an error here; a browser would guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"meta", "br", "hr", "img", "link", "input"})


@dataclass
class Element:
    """An element with its attributes and its content: texts and elements."""

    name: str
    attributes: dict[str, str | None]
    content: list[Element | str] = field(default_factory=list)

    def all(self, name: str | None = None, **attributes: str) -> Iterator[Element]:
        """Find elements by name and attributes, in the order of the page."""
        for one in self.content:
            if isinstance(one, Element):
                if (name is None or one.name == name) and all(
                    one.attributes.get(key.rstrip("_")) == value
                    for key, value in attributes.items()
                ):
                    yield one
                yield from one.all(name, **attributes)

    def one(self, name: str, **attributes: str) -> Element:
        """Find the only matching element."""
        (found,) = self.all(name, **attributes)
        return found

    @property
    def text(self) -> str:
        """All text of the element, with white space folded."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for one in self.content:
            if isinstance(one, str):
                yield one
            else:
                yield from one._texts()
                if one.name not in ("bdi", "a", "span"):
                    yield " "


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"<{tag}> repeats an attribute"
        element = Element(tag, dict(attrs))
        self.open[-1].content.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def parse(page: str) -> Element:
    """Read the whole page."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].name}> is not closed"
    return reader.open[0]
