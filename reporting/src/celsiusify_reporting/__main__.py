"""Run the command `celsiusify-reporting` as `python -m celsiusify_reporting`."""

import sys

from celsiusify_reporting.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
