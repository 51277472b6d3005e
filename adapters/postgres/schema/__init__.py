"""The schema: migrations, and the two roles that own and use it."""
