"""The page behind a partner's signed link: the claim, and its outcome, once."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
