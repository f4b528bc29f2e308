"""The review room's storage: accounts, reviews, release and the audit log. Knows SQLAlchemy, not Flask.

No function here commits, so that what belongs together is kept or lost together: the caller commits.
"""
