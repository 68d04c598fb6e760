"""Atom feeds of plain text (RFC 4287): no text of anybody's becomes markup in a reader."""

import unicodedata
from typing import Any

from django.utils.feedgenerator import Atom1Feed

AUTHOR = "Central Products List"


class PlainFeed(Atom1Feed):
    """A feed whose summaries are text, with its author, which the standard asks for. Give items `text`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(author_name=AUTHOR, **kwargs)

    def add_item(self, *, title: str, text: str, **kwargs: Any) -> None:
        """Add an entry with its title and its text."""
        super().add_item(title=_writable(title), description=None, text=_writable(text), **kwargs)

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Write an entry; Django would call its text HTML."""
        super().add_item_elements(handler, item)
        handler.addQuickElement("summary", item["text"], {"type": "text"})


def _writable(text: str) -> str:
    """Leave out the control characters that XML cannot hold."""
    return "".join(each for each in text if each in "\n\t" or unicodedata.category(each) != "Cc")
