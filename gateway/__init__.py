"""Door 2: HTTP in, Temporal out. Claims, outcomes, the platform's feed, pages for people."""
