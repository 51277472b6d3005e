"""The same work on DBOS, as a peer: its programs run in an environment of their own."""
