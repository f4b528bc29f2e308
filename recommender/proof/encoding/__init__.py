"""Questions, rules and forms as literals of one graph: what holds on a sheet, for every sheet at once."""
