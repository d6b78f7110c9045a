"""How a request is laid out in a spool: in fixed size, so that a cut-off file loses one row."""

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
"""Each field's type, by the codes that `struct` and numpy share; 0 is a time or text not given."""

LAYOUT = struct.Struct("<" + "".join(FIELDS.values()))
DTYPE = np.dtype([(name, f"<{code}") for name, code in FIELDS.items()])

OUTCOMES = ("succeeded", "failed", "aborted", "dropped")
SUCCEEDED, FAILED, ABORTED, DROPPED = range(len(OUTCOMES))
