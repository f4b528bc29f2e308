"""What it costs a person to get from the start page to a routine: words, taps, minutes and screens."""
