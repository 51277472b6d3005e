"""Every move, for the platform: with a cursor, and as signed webhooks."""

from fastapi import APIRouter

router = APIRouter(prefix="/v1", tags=["events"])
