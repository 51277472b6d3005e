"""The gateway: the HTTP API, and the pages for members, partners and agents."""
