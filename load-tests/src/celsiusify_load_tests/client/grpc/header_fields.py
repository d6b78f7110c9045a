"""Encode and decode HPACK header fields (RFC 7541), with a cache for repeated blocks.

Both ends keep a table of earlier fields. So the first block on a connection is long, and later
blocks are a few indices into the table. While the table is unchanged, equal blocks mean equal
fields, so neither the blocks nor the fields have to be computed again.
"""

from collections.abc import Sequence

from hpack import Decoder, Encoder, HPACKError
from hpack.table import HeaderTable

from celsiusify_load_tests.client.grpc.http2_frames import FrameError

Fields = dict[bytes, bytes]

_MAX_KNOWN = 256
_DEFAULT_TABLE_BYTES = 4096


class _Table(HeaderTable):
    """A table that counts its additions."""

    def __init__(self) -> None:
        super().__init__()
        self.additions = 0

    def add(self, name: bytes, value: bytes) -> None:
        self.additions += 1
        super().add(name, value)


def _resizes(block: bytes) -> bool:
    """Return True if a block begins with a change of the table's size (RFC 7541, section 6.3)."""
    return block[0] & 0b1110_0000 == 0b0010_0000


class FieldEncoder:
    """An encoder of the same fields for each request or answer of a connection."""

    def __init__(self, fields: Sequence[tuple[str, str]]) -> None:
        self._fields = list(fields)
        self._encoder = Encoder()
        self._table = self._encoder.header_table = _Table()
        self._settled: bytes | None = None

    def encode(self) -> bytes:
        """Return the next block of fields."""
        if self._settled is not None:
            return self._settled
        before = self._table.additions
        block = self._encoder.encode(self._fields)
        if self._table.additions == before and not _resizes(block):
            self._settled = block
        return block

    def limit_table(self, table_bytes: int) -> None:
        """Limit the table to the size of the peer's."""
        self._encoder.header_table_size = min(table_bytes, _DEFAULT_TABLE_BYTES)
        self._settled = None


class FieldDecoder:
    """A decoder of the blocks of a connection, in their order."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._table = self._decoder.header_table = _Table()
        self._known: dict[bytes, Fields] = {}

    def decode(self, block: bytes) -> Fields:
        """Return a block's fields; the last field of a name counts.

        Raises:
            FrameError: If the block isn't HPACK.
        """
        known = self._known.get(block)
        return self._decode(block) if known is None else known

    def _decode(self, block: bytes) -> Fields:
        before = self._table.additions
        try:
            fields = dict(self._decoder.decode(block, raw=True))
        except HPACKError:
            raise FrameError("malformed header fields") from None
        if self._table.additions != before or (block and _resizes(block)):
            self._known.clear()
        elif len(self._known) < _MAX_KNOWN:
            self._known[block] = fields
        return fields
