"""The image's own locustfile, as a start for one of your own: it records every request."""

from celsiusify_load_tests.generator.locustfile import *  # noqa: F403
