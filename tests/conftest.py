"""What every test runs under: a hypothesis profile, and a random seed that is said aloud."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import HealthCheck, settings

# No deadline anywhere: a shared machine may pause a test, and no test here measures time.
settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile("ci", settings.get_profile("default"), max_examples=25, print_blob=True)
settings.register_profile(
    "thorough",
    settings.get_profile("default"),
    max_examples=5_000,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Draw the seed here, so that it can be printed and is the same in every worker."""
    if config.getoption("hypothesis_seed") is None:
        config.option.hypothesis_seed = str(random.getrandbits(32))


def pytest_report_header(config: pytest.Config) -> str:
    seed = config.getoption("hypothesis_seed")
    return f"random seed: {seed} (again with --hypothesis-seed={seed})"
