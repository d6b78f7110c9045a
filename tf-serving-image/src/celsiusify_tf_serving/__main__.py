"""Run the command `celsiusify-tf-serving` as `python -m celsiusify_tf_serving`."""

import sys

from celsiusify_tf_serving.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
