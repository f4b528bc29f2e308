"""The last check before anybody sees a routine, by a path of its own.

It shares no code with the steps that chose, dosed and ordered the routine: it reads the fired rules and the answers
again and holds every item against them. Anything amiss is an error, and an error is never a routine.
"""

from recommender.assembly.final_check.table import CHECKS, RoutineFault, check_assembly, faults

__all__ = ["CHECKS", "RoutineFault", "check_assembly", "faults"]
