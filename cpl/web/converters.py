"""Numbers as addresses write them: `000123` for an entry, `2.052` for an edition."""


class EntryNumber:
    """Six digits, leading zeros included: one address for each entry."""

    regex = r"[0-9]{6}"

    def to_python(self, value: str) -> int:
        """Read an entry's number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Write an entry's number."""
        return f"{value:06d}"


class EditionNumber:
    """An edition as it is shown: `2.052` is 2052."""

    regex = r"(?:0|[1-9][0-9]{0,5})\.[0-9]{3}"

    def to_python(self, value: str) -> int:
        """Read an edition's number."""
        return int(value.replace(".", ""))

    def to_url(self, value: int) -> str:
        """Write an edition's number."""
        return f"{value // 1000}.{value % 1000:03d}"
