"""Read the files that a run printed on its log, as its receiver must."""

import base64
import gzip
import hashlib


def read_log_files(log: str) -> dict[str, bytes]:
    """Return the files between BEGIN and END, and check each size and checksum."""
    lines = [line.split() for line in log.splitlines() if line.startswith("CELSIUSIFY ")]
    files: dict[str, bytes] = {}
    digests, pieces = "", ""
    for _, kind, word, *rest in lines:
        if kind == "FILE":
            pieces, sizes = "", rest
        elif kind == "DATA":
            pieces += word
        elif kind == "DONE":
            content = files[word] = gzip.decompress(base64.b64decode(pieces, validate=True))
            digest = hashlib.sha256(content).hexdigest()
            assert sizes == [f"bytes={len(content)}", f"sha256={digest}"]
            digests += f"{word} {digest}\n"
    (begin,), (end,) = ([line for line in lines if line[1] == kind] for kind in ("BEGIN", "END"))
    assert begin[2:] == [end[2], f"files={len(files)}"]
    assert end[3] == f"sha256={hashlib.sha256(digests.encode()).hexdigest()}"
    return files
