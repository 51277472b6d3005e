"""The member's form: kind, link, fields, confirmation (the screens behind the help page)."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
