"""What an account may claim."""
