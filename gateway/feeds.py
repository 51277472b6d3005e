"""The platform's feed of links and rewards; an older version of a record is ignored."""

from fastapi import APIRouter

router = APIRouter(prefix="/v1", tags=["feed"])
