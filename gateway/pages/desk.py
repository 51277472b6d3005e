"""The desk: agents find tickets, read their stories, and act."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
