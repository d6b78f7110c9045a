"""Exit codes, which are the same in all of the project's commands."""

VALID = 0
USAGE = 2
INVALID = 3
OBJECTIVE_MISSED = 5
INTERRUPTED = 130  # 128 + SIGINT
UNREAD = 141  # 128 + SIGPIPE, as of any command whose output nobody reads any more
