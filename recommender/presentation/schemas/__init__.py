"""The contract: a marshmallow schema of every reply of the API, each field with its meaning."""
