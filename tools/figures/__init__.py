"""The builder of the drawings: pose data to SVG. Nothing of it runs on the site."""
