"""Key frames of long labels: kept small, they say what they say in a row that is held whole."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from exportkit.flatten import key_frames_by_frame
from exportkit.pipeline.long_rows.key_frames import compact, turned_round
from exportkit.rows.features import Annotations

FRAMES = st.integers(-3, 6) | st.just(2**70)
LISTS = st.lists(FRAMES, max_size=6)
FOUND = st.one_of(
    LISTS,
    st.dictionaries(st.integers(0, 6).map(str), st.booleans(), max_size=4),
    st.dictionaries(
        st.sampled_from(["axial", "coronal"]),
        LISTS | st.dictionaries(st.integers(0, 6), st.booleans(), max_size=3),
        max_size=2,
    ),
)


def said(key_frames: Any) -> Any:
    return None if key_frames is None else (key_frames.listed, key_frames.by_frame)


@given(lists=st.dictionaries(st.sampled_from("abcd"), FOUND), plane=st.sampled_from([None, "axial", "none"]))
def test_key_frames_kept_small_are_those_of_the_whole_label(lists: dict[str, Any], plane: str | None) -> None:
    whole = key_frames_by_frame(Annotations(key_frame_feature_map=lists), plane)
    assert said(turned_round(compact(lists), plane)) == said(whole)


def test_frames_with_the_same_features_share_what_is_kept_of_them() -> None:
    found = turned_round({name: compact(list(range(1000))) for name in "abc"}, None)
    assert found is not None
    assert len({id(features) for features in found.by_frame.values()}) == 1
    assert compact([1, 2]).itemsize == 8
