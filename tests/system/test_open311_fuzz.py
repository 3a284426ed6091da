"""What the published OpenAPI allows and what it does not, made up by schemathesis: nothing fails."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis.core.result import Ok

from tests.system.backend_process import SMALL_SITE, BackendProcess

EXAMPLES: Final = 20
DOORS: Final = r"^/(open311/v2|api/v1/reports)"


def _tried(cases: SearchStrategy[Any], name: str, key: str, backend: BackendProcess) -> int:
    """How many were sent to one door."""
    count = 0

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases)
    def meets(case: Any) -> None:
        nonlocal count
        if isinstance(case.body, dict) and name.startswith("POST /open311"):
            case.body["api_key"] = key  # the door behind the key is the one worth trying
        answer = case.call(headers={"Authorization": f"Bearer {backend.local_token}"})
        assert answer.status_code < 500, f"{name}: {answer.status_code} {answer.text[:300]}"
        count += 1

    meets()
    return count


@pytest.mark.timeout(300)
def test_no_request_that_can_be_made_up_fails_at_the_doors_of_reports(tmp_path: Path) -> None:
    with BackendProcess.start(SMALL_SITE, tmp_path / "data", "--local-seat") as backend:
        key = backend.producer_token("citizen-app")
        schema = schemathesis.openapi.from_url(f"{backend.url}/api/openapi.json").include(path_regex=DOORS)
        tried: dict[str, int] = {}
        for result in schema.get_all_operations():
            assert isinstance(result, Ok), result
            operation = result.ok()
            name = f"{operation.method.upper()} {operation.path}"
            tried[name] = _tried(operation.as_strategy(), name, key, backend)
        assert len(tried) >= 13
        assert all(count >= 1 for count in tried.values())
        assert "Traceback" not in backend.stderr_text()
        assert not re.search(r" ERROR ", backend.stderr_text())
