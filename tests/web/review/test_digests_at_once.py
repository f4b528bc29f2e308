"""What takes seconds to work out is worked out once, however many ask before it is known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from recommender.rulebook import digest
from recommender.service.recommend import Recommender
from recommender.web.review import approval
from tests.support.reviewers import review_room


@pytest.mark.deep
def test_the_digests_are_worked_out_once_for_all_who_ask_at_once(
    recommender: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, real, together = [], digest.digests, Barrier(4)

    def counted(*given: object) -> object:
        made.append(given)
        return real(*given)  # type: ignore[arg-type]

    with review_room(recommender, tmp_path) as app:
        monkeypatch.setattr(approval, "_worked_out", {})
        monkeypatch.setattr(digest, "digests", counted)

        def ask(_: int) -> int:
            together.wait(timeout=60)
            return app.test_client().get("/rules/changes").status_code

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(ask, range(4))) == [200] * 4
    assert len(made) == 1
