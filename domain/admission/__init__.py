"""Admission: from a claim to the first answer, and to the ticket that it opens."""
