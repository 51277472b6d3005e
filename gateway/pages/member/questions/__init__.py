"""Questions to members: the page with the question and its answer."""
