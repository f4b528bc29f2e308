"""Proof over every answer sheet that there is: what holds for all of them, or the person for whom it does not.

Nothing here serves anybody. What solves is an extra (``[proof]``) and is imported only when something is proved.
"""
