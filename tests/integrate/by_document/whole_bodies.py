"""What schemathesis is given beside the document: bodies that people could send, each of which must be answered.

It runs in the environment of the client tools, which knows nothing of the service: the bodies come by the id of their call from
the file that WHOLE_BODIES names.
"""

import json
import os
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies

BODIES: dict[str, list[Any]] = json.loads(Path(os.environ["WHOLE_BODIES"]).read_text(encoding="utf-8"))


@schemathesis.hook
def before_generate_body(context: Any, strategy: Any) -> Any:
    bodies = BODIES.get(context.operation.definition.raw["operationId"])
    return strategies.sampled_from(bodies) if bodies else strategy


@schemathesis.check
def whole_body_is_answered(context: Any, response: Any, case: Any) -> None:
    assert response.status_code == 200, f"{response.status_code}: {response.text[:500]}"
