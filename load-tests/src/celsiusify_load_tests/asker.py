"""Make requests on one connection, and record how each of them ended."""

from gevent import GreenletExit

from celsiusify_load_tests.check import WrongAnswerError
from celsiusify_load_tests.clock import now_ns
from celsiusify_load_tests.exchange import ExchangeError, Reply
from celsiusify_load_tests.load import Load
from celsiusify_load_tests.rows import ABORTED, FAILED, SUCCEEDED


class Asker:
    """A connection, and the number under which its requests are recorded."""

    def __init__(self, load: Load, number: int) -> None:
        self._client = load.plan.client
        self._recorder = load.recorder
        self._connection = load.connection(number)
        self._number = number

    def ask(self, fahrenheit: float, seq: int, intended_ns: int = 0, lag_us: int = 0) -> None:
        """Make one request and record how it ended, also when that is by the run's end.

        Args:
            fahrenheit: What to ask, in °F.
            seq: The request's place among the user's own or in the schedule, from 0.
            intended_ns: When it should have started; 0 if no schedule says so.
            lag_us: How much later than intended this process woke up for it.
        """
        number, recorder = self._number, self._recorder
        request = self._client.fill(fahrenheit)
        recorder.started += 1
        start_ns = now_ns()
        status, size = 0, 0
        error_text: str | None
        instance: str | None = None
        try:
            reply = self._connection.exchange(request)
        except ExchangeError as error:
            end_ns, outcome, error_text = now_ns(), FAILED, str(error)
        except GreenletExit:
            recorder.add(number, seq, start_ns, 0, ABORTED, intended_ns=intended_ns, lag_us=lag_us)
            raise
        else:
            end_ns, status, size = self._connection.received_ns, reply.status, len(reply.body)
            outcome, error_text, instance = self._judge(reply, fahrenheit)
        recorder.add(
            number,
            seq,
            start_ns,
            end_ns,
            outcome,
            status,
            size,
            error_text,
            instance,
            intended_ns,
            lag_us,
        )

    def _judge(self, reply: Reply, fahrenheit: float) -> tuple[int, str | None, str | None]:
        """Return the outcome, the error and the instance that answered."""
        try:
            instance = self._client.judge(reply, fahrenheit)
        except WrongAnswerError as error:
            return FAILED, str(error), None
        return SUCCEEDED, None, instance

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
