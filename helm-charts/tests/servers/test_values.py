"""The generator of the schema and the tables: docs/values.py, with commented.py."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

SCRIPT = Path(__file__).parents[2] / "docs/values.py"


@pytest.fixture(scope="module")
def values() -> SimpleNamespace:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPT.parent)
        return SimpleNamespace(**runpy.run_path(str(SCRIPT)))


def test_type_follows_from_the_default(values: SimpleNamespace) -> None:
    root = values.read("# -- Pods.\n# @schema {minimum: 1}\nreplicas: 2\n")
    assert values.schema(root)["properties"]["replicas"] == {
        "description": "Pods.",
        "type": "integer",
        "minimum": 1,
    }


def test_mapping_takes_no_other_keys_but_an_empty_one_takes_text(values: SimpleNamespace) -> None:
    root = values.read("strict:\n  # -- One.\n  a: 1\n# -- Any.\nfree: {}\n")
    found = values.schema(root)["properties"]
    assert found["strict"]["additionalProperties"] is False
    assert found["free"]["additionalProperties"] == {"type": "string"}


def test_section_can_t_be_left_out(values: SimpleNamespace) -> None:
    root = values.read("image:\n  # -- Tag.\n  tag: ''\n# -- Pods.\nreplicas: 2\n")
    assert values.document(root)["required"] == ["image"]


def test_meaning_goes_on_over_lines(values: SimpleNamespace) -> None:
    root = values.read("# A section.\nimage:\n  # -- Tag of\n  # the image.\n  tag: ''\n")
    table = values.table(root, ["image"])
    assert table.splitlines()[-2] == '| `image.tag` | `""` | Tag of the image. |'


def test_meaning_covers_what_is_below(values: SimpleNamespace) -> None:
    root = values.read("# -- CPU.\nresources:\n  cpu: 1\n")
    assert '| `resources` | `{"cpu": 1}` | CPU. |' in values.table(root, ["resources"])


SERVERS = """
default:
  # -- Pods.
  replicas: 1
  # -- Title.
  title: ""
# @default {without: [title]}
web:
  replicas: 2
  own:
    # -- Threads.
    threads: 4
"""


def test_block_of_a_server_takes_the_keys_of_default_and_its_own(values: SimpleNamespace) -> None:
    block = values.document(values.read(SERVERS))["properties"]["web"]
    assert block["properties"].keys() == {"replicas", "own"}
    assert block["properties"]["replicas"] == {"$ref": "#/properties/default/properties/replicas"}
    assert block["additionalProperties"] is False
    assert block["required"] == ["own"]


def test_table_of_a_server_refers_to_default(values: SimpleNamespace) -> None:
    table = values.table(values.read(SERVERS), ["web"])
    assert table.splitlines()[3:] == [
        "| `web.replicas` | `2` | See `default.replicas`. |",
        "| `web.own.threads` | `4` | Threads. |",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("image:\n  tag: ''\n", "image.tag has no meaning: write it above, `# -- …`"),
        ("# -- Pods.\nreplicas: null\n", "replicas has no type: write it above"),
    ],
)
def test_value_that_tells_too_little_is_refused(
    values: SimpleNamespace, text: str, problem: str
) -> None:
    with pytest.raises(values.ValuesError, match=problem):
        values.schema(values.read(text))
