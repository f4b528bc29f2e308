"""Back Routine Recommender: from a short questionnaire to a safe back routine, or to advice on where to get help."""

__version__ = "0.1.0"
