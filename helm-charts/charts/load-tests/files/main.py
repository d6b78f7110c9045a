"""Locust's entry where the modules lie in a folder `lib` beside this file, as charts mount them."""

import sys

import lib

# They know one another by their package's name.
sys.modules["celsiusify_load_tests"] = lib

from celsiusify_load_tests.locustfile import *  # noqa: E402, F403
