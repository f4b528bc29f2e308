"""The reading test: does a reader who sees only the question pages tick what a person's story says?"""
