"""A picture that a phone reads as an address, made by segno as SVG that stands in the page itself."""

from __future__ import annotations

import segno

# As few modules as can be, for it is small; a sheet of paper that is whole needs no more. Modules of white around it, as the standard asks for.
_QUIET = 4


def qr_svg(address: str, alt: str) -> str:
    """Return the picture; ``alt`` says what it is to whoever does not see it."""
    made: str = segno.make(address, error="l", boost_error=False, micro=False).svg_inline(
        border=_QUIET, omitsize=True, title=alt, svgclass=None, lineclass=None
    )
    return made.replace("<svg ", '<svg role="img" ', 1)
