"""What others build on is tried in CI: none of these tests is put off to before a release, whatever its name comes to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# By what is promised: a test of it that `make test` or `make test-deep` runs.
PROMISED = {
    "the renderer in a terminal": "tests/integrate/test_renderers.py::test_the_renderer_in_a_terminal_prints_every_word",
    "the renderer asks what the site asks": "tests/web/api/test_next.py::test_the_call_asks_page_by_page_what_the_site_asks",
    "the renderer on a page": "tests/browser/test_renderer_tells_all.py::test_the_page_shows_every_word",
    "the renderer in a second origin": "tests/browser/test_other_sites.py::test_the_renderer_of_another_site_asks",
    "its emergency": "tests/browser/test_other_sites.py::test_the_renderer_of_another_site_tells_an_emergency",
    "the element in a second origin": "tests/browser/embed/test_embed.py::test_a_routine_is_asked_for_and_shown",
    "the emergency of the element": "tests/browser/embed/test_embed.py::test_an_emergency_is_told_at_once",
    "the client for Python": "tests/integrate/test_clients.py::test_the_client_for_python_walks",
    "the client for TypeScript": "tests/integrate/test_clients.py::test_the_client_for_typescript_compiles_and_walks",
    "the conformance kit": "tests/conformance/test_kit.py::test_the_sheets_of_the_core_come_to_what_they_must",
    "the kit and red flags": "tests/conformance/test_planted_faults.py::test_each_red_flag_file_that_is_deleted_is_caught[4]",
    "the kit and faults": "tests/conformance/test_planted_faults.py::test_twenty_planted_faults_are_caught",
}


def test_what_others_build_on_is_tried_in_ci() -> None:
    files = sorted({name.partition("::")[0] for name in PROMISED.values()})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", "-m", "not long", *files]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    found = told.stdout.splitlines()
    assert [what for what, name in PROMISED.items() if not any(line.startswith(name) for line in found)] == []
