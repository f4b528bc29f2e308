"""Mutation of the code that safety rests on: would a test notice if a line of it were wrong?

Why a mutator of our own. mutmut (3.8) was tried on the last check, on this layout; of cosmic-ray (8.7) the source was read:

- cosmic-ray writes each mutant into the working tree and starts the test command anew; with the seconds that loading
  and the self-test take, the modules here are hours, and two at a time need two clones.
- mutmut forks, but runs pytest from the start for each mutant: 3.1 s of computing each on the last check. It leaves out
  what stands at the top of a module or class (tables, limits) and most decorated functions, and numbers its mutants, so
  that a written reason for a survivor would point at another mutant after the next edit.

Here a mutant is keyed by what it changes, all code of a module is mutated, and the content is loaded once before the
fork. `operators` makes the mutants, `runner` tries one, `__main__` tries all and reports.
"""
