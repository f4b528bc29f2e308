"""The plan a person keeps, its sessions and its checks."""
