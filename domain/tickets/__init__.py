"""A ticket: its state, its transition table and the records that a step adds."""
