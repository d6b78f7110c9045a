"""Run the command as `python -m celsiusify_tf_model`."""

import sys

from celsiusify_tf_model.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
