"""Places name their input without secrets."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.place import without_signature

SECRETS = st.text(string.ascii_letters + string.digits + "=&%?~-_.", min_size=1)


@given(user=SECRETS.map(lambda text: text.replace("?", "")), query=SECRETS, fragment=SECRETS)
def test_a_url_loses_its_user_query_and_fragment(user: str, query: str, fragment: str) -> None:
    url = f"https://{user}:{user}@storage.example:8443/exports/task.ndjson?{query}#{fragment}"
    assert without_signature(url) == "https://storage.example:8443/exports/task.ndjson"


@pytest.mark.parametrize("path", ["export.ndjson", "/data/a b?.ndjson", "C:\\data\\a.ndjson", "stdin:", "#1"])
def test_a_path_that_is_no_url_is_left_as_it_is(path: str) -> None:
    assert without_signature(path) == path
