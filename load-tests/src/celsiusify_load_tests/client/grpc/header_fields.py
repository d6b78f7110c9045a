"""Header fields as HPACK (RFC 7541) has them, coded once where the same ones come again.

Both ends keep a table of fields they have seen, so the first block on a connection is long, and
those after it are a few indices into the table. As long as the table stays as it is, equal blocks
mean equal fields: neither has to be worked out again.
"""

from collections.abc import Sequence

from hpack import Decoder, Encoder, HPACKError
from hpack.table import HeaderTable

from celsiusify_load_tests.client.grpc.http2_frames import FrameError

Fields = dict[bytes, bytes]

_MAX_KNOWN = 256
_DEFAULT_TABLE_BYTES = 4096


class _Table(HeaderTable):
    """A table that counts what was added to it."""

    def __init__(self) -> None:
        super().__init__()
        self.additions = 0

    def add(self, name: bytes, value: bytes) -> None:
        self.additions += 1
        super().add(name, value)


def _resizes(block: bytes) -> bool:
    """Say whether a block begins by changing the table's size (RFC 7541, section 6.3)."""
    return block[0] & 0b1110_0000 == 0b0010_0000


class FieldEncoder:
    """Encodes the same fields for each request or answer of a connection."""

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
        """Use no larger table than the peer keeps."""
        self._encoder.header_table_size = min(table_bytes, _DEFAULT_TABLE_BYTES)
        self._settled = None


class FieldDecoder:
    """Decodes the blocks of a connection, in their order."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._table = self._decoder.header_table = _Table()
        self._known: dict[bytes, Fields] = {}

    def decode(self, block: bytes) -> Fields:
        """Return a block's fields; of several with one name the last.

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
