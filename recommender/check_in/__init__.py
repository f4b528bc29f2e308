"""From one check to the next: what was answered before and now, as answers and facts that the rules can read."""
