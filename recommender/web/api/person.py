"""For whom a call of the API is answered: the country and the language that its body names, beside all else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext

from recommender.errors import ErrorText, InputFault, IntakeError, ProblemCode
from recommender.web.core.language import answer_in, localised_content, nearest
from recommender.web.core.state import answer_for, current_state

# The members of a request that say whose numbers the reply is to have, and which language.
REGION, LANGUAGE = "region", "language"


def for_person(body: Any) -> Any:
    """Return the body without the country and the language that it asks for, which are noted for this request.

    Raises:
        IntakeError: there is no such country, or no such language.
    """
    if not isinstance(body, dict) or not {REGION, LANGUAGE} & body.keys():
        return body
    faults = [*_language_noted(body), *_region_noted(body)]
    if faults:
        raise IntakeError(faults)
    return {name: value for name, value in body.items() if name not in (REGION, LANGUAGE)}


def _language_noted(body: Mapping[str, Any]) -> Iterator[InputFault]:
    asked, offered = body.get(LANGUAGE), tuple(current_state().offered)
    if asked is None:
        return
    code = nearest(asked, offered) if isinstance(asked, str) else None
    if code is None:
        told = gettext("Give one of these languages, or leave it out: %(known)s.", known=", ".join(offered))
        yield _fault(LANGUAGE, asked, told)
    else:
        answer_in(code)


def _region_noted(body: Mapping[str, Any]) -> Iterator[InputFault]:
    asked, known = body.get(REGION), localised_content().content.catalogue.every_region
    if asked is not None and (not isinstance(asked, str) or asked not in known):
        told = gettext("Give one of these countries, or leave it out: %(known)s.", known=", ".join(known))
        yield _fault(REGION, asked, told)
    else:
        answer_for(asked)


def _fault(name: str, asked: Any, told: str) -> InputFault:
    code = ProblemCode.UNKNOWN_OPTION if isinstance(asked, str) else ProblemCode.WRONG_TYPE
    return InputFault((name,), name, ErrorText(code, told))
