"""HTTP API endpoints, one module for each resource."""
