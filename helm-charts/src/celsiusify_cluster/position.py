"""How far a log was read."""


class Position:
    """Knows a line that comes again when a log is read anew.

    A log can be asked for from a whole second on only, so the lines of that second come again.
    Its time stamps all have the same form, so that they sort as texts.
    """

    def __init__(self) -> None:
        self.stamp = ""
        self._at_stamp = 0
        self._again = 0

    def rewind(self) -> None:
        """Note that the log is read anew, from the second of the last line."""
        self._again = 0

    def is_new(self, stamp: str) -> bool:
        """Is a line that comes with this time stamp one that didn't come before?"""
        if stamp < self.stamp:
            return False
        if stamp > self.stamp:
            self.stamp, self._at_stamp, self._again = stamp, 1, 1
            return True
        self._again += 1
        is_new = self._again > self._at_stamp
        self._at_stamp = max(self._at_stamp, self._again)
        return is_new
