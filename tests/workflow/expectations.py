"""The expected transitions of usual paths, and responses of partners that accept no claims."""

from typing import Final

from tests.support.workflow.partner_server import CannedResponse

AWAITING: Final = "awaiting_cancellation_period"
DOWN: Final = CannedResponse(status=500)
THROTTLING: Final = CannedResponse(status=429, headers={"retry-after": "3600"})
TRANSITIONS_TO: Final[dict[str, list[str]]] = {
    "validated": ["claim_accepted: created → validated"],
    "on_hold": ["claim_accepted: created → validated", "claim_held: validated → on_hold"],
    "sent_to_partner": [
        "claim_accepted: created → validated",
        "claim_sent: validated → sent_to_partner",
    ],
    AWAITING: [
        "claim_accepted: created → validated",
        "claim_sent: validated → sent_to_partner",
        f"partner_confirmed: sent_to_partner → {AWAITING}",
    ],
}
