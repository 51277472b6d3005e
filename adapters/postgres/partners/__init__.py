"""Outcomes of partners, and exports of claims for them."""
