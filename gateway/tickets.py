"""Tickets for agents, and for members through the platform: look up, decide, withdraw, ask."""

from fastapi import APIRouter

router = APIRouter(prefix="/v1", tags=["tickets"])
