"""Scripts for maintainers: drawings, recordings, screenshots."""
