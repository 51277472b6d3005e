"""Tickets: change sets and their records, e-mails, late messages, resumption."""
