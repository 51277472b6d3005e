"""How HTTP is served: uvicorn with deadlines and bounds, connections, request framing."""
