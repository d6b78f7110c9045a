"""`make push` brings images to a registry under the names that it is told."""

import re
import subprocess
from collections.abc import Callable
from http.client import HTTPConnection

import pytest

from .conftest import FOLDERS, PROGRAM, ROOT, Engine
from .registry import serving

Image = Callable[[str], str]


def make(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, timeout=600)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "not REGISTRY= OWNER=celsiusify TAG="),
        (("REGISTRY=docker.io", "OWNER="), "not REGISTRY=docker.io OWNER= TAG="),
        (("REGISTRY=docker.io", "TAG="), "not REGISTRY=docker.io OWNER=celsiusify TAG=\n"),
        (("REGISTRY=docker.io", "TAG=latest"), "TAG=latest\n"),
    ],
)
def test_push_wants_a_whole_name_that_stays(words: tuple[str, ...], problem: str) -> None:
    """Nothing is built before that is said, in a line above make's own."""
    done = make("push", *words, "DOCKER=no-such-engine")
    assert done.returncode == 2
    assert done.stdout.startswith("make: push wants REGISTRY, OWNER and a TAG that isn't latest")
    assert problem in done.stdout
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize("verb", ["image-reporting", "push-reporting"])
def test_without_an_engine_one_line_says_so(verb: str) -> None:
    done = make(verb, "REGISTRY=docker.io", "DOCKER=no-such-engine")
    assert done.returncode == 2
    assert done.stdout.startswith("make: no container engine answers no-such-engine:")
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("attest", "pattern"),
    [
        ("", r"docker push docker\.io/me/(\S+):7\.1$"),
        ("1", r"docker buildx build --push --sbom=true .* -t docker\.io/me/(\S+):7\.1 \1$"),
    ],
)
def test_push_brings_every_image(attest: str, pattern: str) -> None:
    words = ("REGISTRY=docker.io", "OWNER=me", "TAG=7.1", "DOCKER=docker", f"ATTEST={attest}")
    said = make("--dry-run", "push", *words).stdout
    assert sorted(re.findall(pattern, said, re.M)) == FOLDERS


@pytest.mark.docker
def test_pushed_image_has_the_name_and_layers_that_were_built(engine: Engine, image: Image) -> None:
    if "docker" not in str(PROGRAM):
        pytest.skip(f"{PROGRAM} wants TLS even of a registry on this machine")
    built = engine.inspect("image", image("converter-api"))
    with serving() as registry:
        words = (f"REGISTRY={registry.name}", "OWNER=me", "TAG=7.1")
        done = make("push-converter-api", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = registry.manifests["/v2/me/converter-api/manifests/7.1"]
    assert len(manifest["layers"]) == len(built["RootFS"]["Layers"])
    assert re.search(r"7\.1: digest: sha256:[0-9a-f]{64}", done.stdout)
    engine("rmi", f"{registry.name}/me/converter-api:7.1")


@pytest.mark.parametrize("pieces", [(b"layer",), (b"layer", b""), (b"la", b"yer", b"")])
def test_registry_takes_a_layer_that_another_image_has(pieces: tuple[bytes, ...]) -> None:
    """An engine asks to have it mounted from there, and sends it where that isn't offered.

    Docker's classic store sends it before the request that ends it, containerd's along with that.
    """
    *first, last = pieces
    with serving() as registry:
        connection = HTTPConnection(registry.name, timeout=5)

        def ask(method: str, path: str, body: bytes = b"") -> str:
            connection.request(method, path, body)
            with connection.getresponse() as answer:
                return answer.headers.get("Location", "")

        upload = ask("POST", "/v2/me/x/blobs/uploads/?mount=sha256:1&from=me/y")
        for piece in first:
            ask("PATCH", upload, piece)
        ask("PUT", f"{upload}?digest=sha256:1", last)
        connection.close()
    assert registry.sizes == {"/v2/me/x/blobs/sha256:1": len(b"layer")}
