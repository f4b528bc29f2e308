"""The part of the review room in which an edit of a rule is proposed."""
