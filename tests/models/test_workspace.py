"""Workspaces are data: the delivered ones are whole, and a wrong one is told with its file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.panels import panel_specs
from console.workspace import (
    SavedLayout,
    Workspace,
    WorkspaceError,
    leaves,
    load_workspaces,
    saved_name,
)


@pytest.fixture(scope="module")
def delivered() -> list[Workspace]:
    return load_workspaces(list(panel_specs()))


def test_the_workspaces_stand_in_their_order_in_both_languages(delivered: list[Workspace]) -> None:
    assert [one.title("vi") for one in delivered] == [
        "Trực ban",
        "Môi trường",
        "Thủy văn",
        "Phản ánh",
        "Bản đồ",
        "Camera",
        "Ghi hình",
        "Sự việc",
        "Ca trực",
        "Rút kinh nghiệm",
        "Tải cảnh báo",
        "Hiệu quả xử lý",
        "Báo chí",
        "Chỉ tiêu",
        "Tổng đài 1022",
        "Nhập số liệu",
        "Phản ánh trùng",
        "Công khai kết quả",
        "Vùng, chốt",
        "Phát lại",
        "Chấm điểm",
        "Họp",
    ]
    assert all(one.title("en") for one in delivered)


def test_the_duty_desk_shows_everything_on_one_monitor(delivered: list[Workspace]) -> None:
    (layout,) = delivered[0].windows(1)
    assert set(leaves(layout)) == {"inbox", "map", "station_chart", "camera_strip", "alert_card"}


@pytest.mark.parametrize("monitors", [1, 2, 3, 6])
def test_each_workspace_has_a_set_for_any_number_of_monitors(delivered: list[Workspace], monitors: int) -> None:
    for workspace in delivered:
        assert 1 <= len(workspace.windows(monitors)) <= monitors


def test_no_window_shows_a_panel_twice(delivered: list[Workspace]) -> None:
    for workspace in delivered:
        for one in workspace.sets:
            for layout in one:
                keys = list(leaves(layout))
                assert len(keys) == len(set(keys)), workspace.key


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"sets": [["nowhere"]]}, "nowhere"),
        ({"sets": []}, "sets"),
        ({"sets": [[]]}, "sets"),
        ({"sets": [[{"row": [1, 2], "parts": ["inbox"]}]]}, "row"),
        ({"sets": [[{"diagonal": [1]}]]}, "column"),
        ({"sets": [[7]]}, "7"),
        ({"sets": [["inbox"]], "title": {}}, "title"),
        ({"sets": [[{"row": [1, 0], "parts": ["inbox", "map"]}]]}, "above 0"),
        ({"sets": [[{"row": [1, 1], "parts": ["inbox", "inbox"]}]]}, "twice"),
        ({"sets": [["inbox"]], "order": "first"}, "first"),
        ({"sets": [["inbox"]], "home_of": "agency"}, "list of roles"),
    ],
    ids=[
        "unknown panel",
        "no sets",
        "an empty set",
        "a share short",
        "neither row nor column",
        "a number",
        "no title",
        "no share",
        "a panel twice",
        "no number",
        "no list of roles",
    ],
)
def test_a_wrong_workspace_names_its_file_and_what_is_wrong(
    tmp_path: Path, data: dict[str, object], words: str
) -> None:
    whole = {"key": "own", "order": 1, "title": {"vi": "Riêng"}, **data}
    (tmp_path / "own.json").write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"own\.json") as caught:
        load_workspaces(["inbox", "map"], tmp_path)
    assert words in str(caught.value)


@pytest.mark.parametrize("missing", ["key", "order", "title", "sets"])
def test_what_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    whole = {"key": "own", "order": 1, "title": {"vi": "Riêng"}, "sets": [["inbox"]]}
    (tmp_path / "own.json").write_text(json.dumps({k: v for k, v in whole.items() if k != missing}), encoding="utf-8")
    with pytest.raises(WorkspaceError, match=rf"own\.json: '{missing}' is missing"):
        load_workspaces(["inbox"], tmp_path)


def test_a_file_that_is_no_object_names_itself(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text("[]", encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"own\.json"):
        load_workspaces(["inbox"], tmp_path)


def test_two_files_with_one_key_are_told(tmp_path: Path) -> None:
    whole = json.dumps({"key": "own", "order": 1, "title": {"vi": "Riêng"}, "sets": [["inbox"]]})
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(whole, encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"b\.json.*own"):
        load_workspaces(["inbox"], tmp_path)


def test_a_folder_without_workspaces_is_told(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no workspace"):
        load_workspaces(["inbox"], tmp_path)


def test_a_torn_file_names_itself(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text('{"key": "own"', encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"own\.json"):
        load_workspaces(["inbox"], tmp_path)


def test_a_saved_layout_is_the_same_after_json() -> None:
    saved = SavedLayout("AAAA", {"map": {"view": [22.4, 104.0, 11]}})
    assert SavedLayout.from_json(json.loads(json.dumps(saved.to_json()))) == saved


@pytest.mark.parametrize("data", [None, [], {"version": 99, "docks": "", "panels": {}}, {"version": 1, "docks": 5}])
def test_what_another_version_saved_is_left_alone(data: object) -> None:
    assert SavedLayout.from_json(data) is None


def test_layouts_of_different_monitor_sets_do_not_overwrite_each_other() -> None:
    names = {saved_name("duty", monitors, window) for monitors in (1, 2, 3) for window in range(monitors)}
    assert len(names) == 6
