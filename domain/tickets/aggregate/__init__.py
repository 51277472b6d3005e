"""The ticket as an aggregate: its state, the rules of its changes, and what is pending."""
