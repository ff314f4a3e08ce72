"""The real review, built once for all tests that look at the finished site."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from building import REPOSITORY, build, copy_of_review
from hypothesis import settings


def pytest_configure() -> None:
    """Let an example take its time: how long says more about what else the machine does than about the code."""
    settings.register_profile("patient", settings(), deadline=None)
    settings.load_profile("patient")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the site of the real review. With pytest-xdist one process builds it and the others wait."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with _alone(shared / "site.lock"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVIDENCE_REPOSITORY", REPOSITORY)
        patch.delenv("EVIDENCE_BRANCH", raising=False)
        patch.delenv("SITE_URL", raising=False)
        built = shared / "site"
        return built if built.is_dir() else build(copy_of_review(shared / "review"), built)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
