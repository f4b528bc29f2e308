"""Whether commands may give routines: where REQUIRE_APPROVED is set, only by rules that clinicians have approved."""

from __future__ import annotations

from datetime import UTC, datetime

from recommender.errors import RecommenderError
from recommender.models.content import Content
from recommender.review.keys import audit_key
from recommender.review.release import CERTIFICATE_FILE, read_certificate, seal
from recommender.settings import Settings


def refuse_unapproved(content: Content, settings: Settings) -> None:
    """Do nothing where routines wait for no approval, or a certificate says that these rules have it.

    Raises:
        RecommenderError: they wait for one, and there is none that is good today, or its key is gone.
    """
    if not settings.require_approved:
        return
    path = settings.data_dir / CERTIFICATE_FILE
    now = datetime.now(UTC)
    if read_certificate(path, audit_key(settings), seal(content), settings.approvals_required, now) is None:
        raise RecommenderError(
            f"REQUIRE_APPROVED is set, and {path} does not say that clinicians have approved these rules. The site writes it "
            "once a lead has signed the release."
        )
