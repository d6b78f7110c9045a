"""Run the command as `python -m celsiusify_converter_api`."""

import sys

from celsiusify_converter_api.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
