"""The platform: accounts, tokens, and its own feed."""
