"""Pages for members: the form, its result, and the answer to a question."""
