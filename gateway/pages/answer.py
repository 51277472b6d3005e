"""The page a question's letter leads to: the member's answer."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
