"""Places name their input without secrets."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import assume, given
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


@given(
    scheme=st.sampled_from(["http", "https", "s3", "gs", "ftp"]),
    user=st.text("kK0-", max_size=3),
    around=st.tuples(st.text("/?#@: %[]é1", max_size=3), st.text("/?#@: %[]é1", max_size=3)),
    path=st.text("ab/@:", max_size=6),
    query=st.sampled_from(["", "?Signature=SECRET", "?a=b c&Signature=SECRET", "#SECRET"]),
)
def test_no_mark_in_a_password_or_query_makes_it_shown(
    scheme: str, user: str, around: tuple[str, str], path: str, query: str
) -> None:
    before, behind = around
    assume(not re.match(r"\d+[/?#]", before))  # which is a port
    shown = without_signature(f"{scheme}://{user}:{before}SECRET{behind}@bucket/{path}{query}")
    assert "SECRET" not in shown
    assert shown.startswith(f"{scheme}://")


@pytest.mark.parametrize(
    "url",
    [
        "https://host/@me/a.json",
        "http://host:80/a@b",
        "http://[::1]:80/a@b",
        "http://[::1]/a@b",
        "s3://b/a@c",
    ],
)
def test_an_at_sign_in_a_path_is_part_of_the_name(url: str) -> None:
    assert without_signature(url) == url
