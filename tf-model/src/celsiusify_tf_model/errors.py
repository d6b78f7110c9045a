"""The errors that end the command with one line."""

from celsiusify_tf_model.exit_codes import ExitCode


class ModelError(Exception):
    """A request that can't be met; the message says what was expected."""

    exit_code = ExitCode.USAGE


class InaccurateModelError(ModelError):
    """A trained model that exceeds the bound on its error, so that it isn't exported."""

    exit_code = ExitCode.OBJECTIVE_MISSED
