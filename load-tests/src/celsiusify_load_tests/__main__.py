"""Run the command `celsiusify-load-tests` as `python -m celsiusify_load_tests`."""

import sys

from celsiusify_load_tests.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
