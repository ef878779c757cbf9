"""Decompression of an untrusted stream, a bounded piece at a time."""

import re
import sys
import zlib
from collections.abc import Iterator

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from monitor.errors import FetchError

_PIECE = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
# Not codings at all, but met in the wild.
_PLAIN = {"", "identity", "none", "utf-8", "utf8", "iso-8859-1", "8bit", "binary", "chunked", "aws-chunked", "text"}
_ENOUGH = 16
"""Bytes that tell what this really is; a slow server may send them one at a time."""
_TEXT = re.compile(rb"(?:\xef\xbb\xbf)?\s*[<{][\s!-~]+")


class Inflater:
    """Undoes one Content-Encoding while counting what comes out.

    A bomb is refused after `limit` bytes of output; memory never grows by more than one piece beyond that.
    A label counts for less than the bytes: plain text labelled as packed is passed on as it stands, and an unlabelled
    gzip file, or one that was packed once more on its way, is unpacked. Servers do all of that.

    Args:
        coding: the Content-Encoding header's value.
        limit: the most bytes that may come out.

    Raises:
        FetchError: the coding is unknown.
    """

    def __init__(self, coding: str, limit: int) -> None:
        codings = [part.strip().lower() for part in coding.split(",")]
        codings = [part.removeprefix("x-") for part in codings if part not in _PLAIN]
        codings = codings[1:] if codings[:2] == ["gzip", "gzip"] else codings
        if len(codings) > 1 or (codings and codings[0] not in {"gzip", "deflate", "br", "zstd"}):
            raise FetchError(f"the server answered in an encoding nobody asked for: {coding[:60]!r}")
        self._coding = codings[0] if codings else ""
        self._limit = limit
        self._size = 0
        self._out: list[bytes] = []
        self._head = b""
        self._codec: _Zlib | _Brotli | _Zstd | None = None
        self._within: Inflater | None = None
        self._started = False

    def feed(self, data: bytes) -> None:
        """Take the next piece from the wire.

        Raises:
            FetchError: the output is larger than the limit, or the data are damaged.
        """
        for _ in self.steps(data):
            pass

    def steps(self, data: bytes) -> Iterator[int]:
        """Take the next piece from the wire a little at a time, with the bytes that came out of each step.

        A few wire bytes may unpack to megabytes; between steps the caller can let others have their turn.

        Raises:
            FetchError: the output is larger than the limit, or the data are damaged.
        """
        if not self._started:
            self._head += data
            if len(self._head) < _ENOUGH:
                return
            data, self._head = self._head, b""
            self._start(data)
        try:
            for piece in self._codec.pieces(data) if self._codec else (data,):
                self._size += len(piece)
                if self._size > self._limit:
                    raise FetchError(f"the answer is larger than {self._limit // 1_000_000} MB when unpacked; refused")
                if self._codec and self._size == len(piece) and piece.startswith(_GZIP_MAGIC):
                    self._within = Inflater("", self._limit)
                if self._within is None:
                    self._out.append(piece)
                    yield len(piece)
                else:
                    yield from self._within.steps(piece)
        except (zlib.error, brotli.error, zstd.ZstdError) as error:
            raise FetchError("the compressed answer is damaged") from error

    def finish(self) -> bytes:
        """Everything that came out.

        Raises:
            FetchError: the compressed stream stops in the middle.
        """
        if not self._started:
            self._head, head = b"", self._head
            if len(head) < 2:
                return head
            self._start(head)
            self.feed(head)
        if self._codec and not self._codec.finished:
            raise FetchError("the compressed answer is cut short")
        if self._within is not None:
            return self._within.finish()
        return b"".join(self._out)

    def _start(self, head: bytes) -> None:
        self._started = True
        if head.startswith(_GZIP_MAGIC):
            self._codec = _Zlib(zlib.MAX_WBITS | 16)
        elif _TEXT.fullmatch(head[:_ENOUGH]):
            return
        elif self._coding == "br":
            self._codec = _Brotli()
        elif self._coding == "zstd":
            self._codec = _Zstd()
        elif self._coding == "deflate":
            # RFC 9110 means zlib's format; some servers send the bare stream.
            zlib_header = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
            self._codec = _Zlib(zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS)


class _Zlib:
    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._inflate = zlib.decompressobj(wbits)

    @property
    def finished(self) -> bool:
        return self._inflate.eof

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inflate.eof:
                # Only a gzip file may have several members; anything else after the end is padding.
                if not data.startswith(_GZIP_MAGIC):
                    return
                self._inflate = zlib.decompressobj(self._wbits)
            piece = self._inflate.decompress(data, _PIECE)
            if piece:
                yield piece
            data = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail


class _Brotli:
    def __init__(self) -> None:
        self._inflate = brotli.Decompressor()

    @property
    def finished(self) -> bool:
        return bool(self._inflate.is_finished())

    def pieces(self, data: bytes) -> Iterator[bytes]:
        yield self._inflate.process(data, output_buffer_limit=_PIECE)
        while not self._inflate.can_accept_more_data() and not self._inflate.is_finished():
            yield self._inflate.process(b"", output_buffer_limit=_PIECE)


class _Zstd:
    def __init__(self) -> None:
        # RFC 9659 allows web servers windows of 8 MB; a larger one is memory asked for by a stranger.
        self._options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}
        self._inflate = zstd.ZstdDecompressor(options=self._options)

    @property
    def finished(self) -> bool:
        return bool(self._inflate.eof)

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data or not self._inflate.needs_input:
            if self._inflate.eof:
                data = data or self._inflate.unused_data
                if not data:
                    return
                self._inflate = zstd.ZstdDecompressor(options=self._options)
            piece = self._inflate.decompress(data, _PIECE)
            data = self._inflate.unused_data if self._inflate.eof else b""
            if piece:
                yield piece
