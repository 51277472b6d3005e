"""A partner as data: the rules of its profile and the limits on claims."""
