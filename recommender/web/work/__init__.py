"""The work of review: lists by theme, who looks at what until when, what was seen, who wrote what, and how each is told."""
