"""Define the fixed-size rows of recorded requests; a truncated file loses one row."""

import struct

import numpy as np

FIELDS = {
    "user": "i",
    "bytes": "i",
    "seq": "q",
    "intended_ns": "q",
    "start_ns": "q",
    "end_ns": "q",
    "lag_us": "i",
    "status": "h",
    "error": "H",
    "instance": "H",
    "outcome": "B",
    "spare": "B",
}
"""The type codes of the fields, which `struct` and numpy share; 0 is an absent time or text."""

LAYOUT = struct.Struct("<" + "".join(FIELDS.values()))
DTYPE = np.dtype([(name, f"<{code}") for name, code in FIELDS.items()])

OUTCOMES = ("succeeded", "failed", "aborted", "dropped")
SUCCEEDED, FAILED, ABORTED, DROPPED = range(len(OUTCOMES))
