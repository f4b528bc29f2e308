"""The review room, its accounts and its database."""
