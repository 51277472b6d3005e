"""Values that every layer of the domain shares: types, periods, numbers, e-mail addresses."""
