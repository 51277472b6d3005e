"""Whether gateway and worker can work: checks of what they need."""
