"""Partners' outcomes: signed, kept before they are told, answered item by item."""

from fastapi import APIRouter

router = APIRouter(prefix="/v1", tags=["partners"])
