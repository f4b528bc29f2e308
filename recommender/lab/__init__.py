"""The case lab: the whole trace of one case, what would change it, and two cases side by side."""
