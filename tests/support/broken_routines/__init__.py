"""Real routines, each broken by one change: for every check of the last check, what exactly that check must find.

One module for each module of checks in recommender/assembly/final_check/.
"""

from tests.support.broken_routines import dose_checks, item_checks, order_checks, routine_checks
from tests.support.broken_routines.checked import PEOPLE, Breaker, Checked, routine_of

BREAKERS = (*routine_checks.BREAKERS, *item_checks.BREAKERS, *dose_checks.BREAKERS, *order_checks.BREAKERS)

__all__ = ["BREAKERS", "PEOPLE", "Breaker", "Checked", "routine_of"]
