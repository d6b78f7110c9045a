"""Run the embedded server as `python -m celsiusify_tf_serving.embedded`."""

import sys

from celsiusify_tf_serving.embedded import main

sys.exit(main(sys.argv[1:]))
