"""`python -m recommender`: the command line, where its script is not on the path."""

import sys

from recommender.cli.main import main

sys.exit(main())
