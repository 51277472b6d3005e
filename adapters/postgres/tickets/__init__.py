"""Tickets: admission, change sets, decisions under lock, e-mails, resumption."""
