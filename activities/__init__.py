"""What is done to the world: thin steps between the story and the adapters."""
