"""The questionnaire on the page of another site: one script, or one page in a frame."""
