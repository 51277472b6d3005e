"""The platform's feed over HTTP: records, versions and ids."""

from tests.gateway.feed.records.records import a_link, as_json, put
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import a_claim, link_of


async def test_a_record_with_an_older_version_is_ignored_and_reported(
    gateway: RunningGateway,
) -> None:
    link = a_link(gateway, version=3)
    results = []
    for version in (3, 3, 2, 4):
        answer = await put(gateway, "link", link | {"version": version})
        assert answer.status_code == 200, answer.text
        assert answer.json()["id"] == link["link_id"]
        results.append(answer.json()["result"])
    assert results == ["stored", "unchanged", "outdated", "stored"]


async def test_a_claim_is_accepted_for_a_link_of_the_feed(gateway: RunningGateway) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    headers = gateway.as_platform(claim["account_id"]) | {"idempotency-key": "k"}
    answer = await put(gateway, "link", as_json(link_of(claim)), claim["account_id"])
    assert answer.json()["result"] == "stored"
    filed = await gateway.http.post("/v1/tickets", json=claim, headers=headers)
    assert filed.json()["status"] == "accepted"


async def test_the_ids_in_the_path_and_in_the_record_must_agree(gateway: RunningGateway) -> None:
    link = a_link(gateway)
    headers = gateway.as_platform()
    answer = await gateway.http.put("/v1/links/another", json=link, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "id_mismatch")


async def test_an_id_may_contain_a_slash(gateway: RunningGateway) -> None:
    link = a_link(gateway, link_id=gateway.new_id("lnk/2026"))
    assert (await put(gateway, "link", link)).json()["result"] == "stored"


async def test_agents_cannot_send_the_feed(gateway: RunningGateway) -> None:
    answer = await gateway.http.put("/v1/links", json=[], headers=gateway.as_agent())
    assert answer.status_code == 403
