"""Snapshots show what changes in a release, and nothing that is the workspace's."""

from .golden import difference, whole
from .manifests import Manifest


def config_map(name: str, **data: str) -> Manifest:
    annotations = {"checksum/files": str(hash(tuple(data))), "kept": "yes"}
    return {
        "kind": "ConfigMap",
        "metadata": {"name": name, "annotations": annotations},
        "data": data,
    }


def test_files_are_named_but_not_shown() -> None:
    text = whole([config_map("few", a="1", b="2")])
    assert "a: …" in text
    assert "1" not in text.replace("…", "")
    assert "kept: 'yes'" in text


def test_many_files_are_left_out() -> None:
    assert whole([config_map("many", **dict.fromkeys("abcdef", "x"))]).startswith("data: …")


def test_objects_that_stay_are_not_in_a_difference() -> None:
    assert difference([config_map("x", a="1")], [config_map("x", a="2")]) == ""


def test_objects_that_come_and_go_and_change_are_in_a_difference() -> None:
    gone, here = config_map("gone", a="1"), config_map("here", a="1")
    changed = config_map("here", a="1", b="2")

    text = difference([gone, here], [changed, config_map("new", a="1")])

    assert "- ConfigMap/gone\n" in text
    assert "~ ConfigMap/here\n" in text
    assert "+  b: …\n" in text
    assert "+ ConfigMap/new\n+data:\n" in text
