"""The tests. This file makes the folder a package: dependencies bring packages named tests too, which would hide it."""
