"""Run the command `celsiusify-cluster` as `python -m celsiusify_cluster`."""

import sys

from celsiusify_cluster.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
