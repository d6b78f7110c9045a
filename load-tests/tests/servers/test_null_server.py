from pathlib import Path

import psutil
import pytest

from celsiusify_load_tests.config.targets import read_targets
from celsiusify_load_tests.preflight import answers
from celsiusify_load_tests.servers.null_server import running

TARGETS = read_targets(Path(__file__).parents[3] / "targets.yaml")


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("processes", [1, 2])
def test_a_responder_answers_every_target_s_request_rightly(
    tmp_path: Path, name: str, processes: int
) -> None:
    """It says the same whatever is asked: right at the temperature it was made for, alone."""
    target = TARGETS[name]
    body = target.client().right_answer(451.0)
    with running(
        target.request.protocol, body, tmp_path, processes=processes, cores=None
    ) as responders:
        client = target.client(responders.url)
        assert answers.check_answers(client, [451.0] * 20).wrong == 0
        assert answers.check_answers(client, [451.0, 450.0]).wrong == 1
        pids = responders.pids
    assert len(pids) == processes
    assert not any(map(psutil.pid_exists, pids))
    assert (tmp_path / "null-server.log").read_text() == ""
