"""Files: partner profiles in TOML, claims and outcomes in CSV."""
