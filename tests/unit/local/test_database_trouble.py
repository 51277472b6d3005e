"""The scenario of the database in trouble notices a wrong probe and a status that is refused."""

from collections import Counter

from local.faults.database.probing import ReadinessProbes, Sample, TruePhase, readiness_faults
from local.faults.database.scenario import traffic_faults
from local.faults.database.traffic import Traffic
from local.platform_simulator.tokens import TokenIssuer

DOWN = TruePhase("killed", is_ready=False, begun=100.0, ended=110.0)
UP = TruePhase("started again", is_ready=True, begun=110.0, ended=120.0)


def faults(*samples: tuple[float, int]) -> list[str]:
    probes = ReadinessProbes({"gateway": ""}, {"gateway": [Sample(*one) for one in samples]})
    return list(readiness_faults(probes, [DOWN, UP]))


def test_readiness_may_take_seconds_to_notice_and_must_then_say_what_is_true() -> None:
    right = ((100, 200), (103, 503), (109, 503), (111, 503), (113, 200), (119, 200))
    assert faults(*right) == []
    assert faults(*right, (108, 200)) == ["killed: gateway answered [200], right is 503"]
    assert faults(*right, (118, 0)) == ["started again: gateway answered [0], right is 200"]
    assert faults(*right[:3]) == ["started again: gateway answered [], right is 200"]


def test_the_gateway_may_answer_503_and_nothing_else_above_499() -> None:
    settings = ("TICKETS_JWT_SECRET", "TICKETS_JWT_ISSUER", "TICKETS_JWT_AUDIENCE")
    traffic = Traffic("", TokenIssuer(dict.fromkeys(settings, "")))
    traffic.statuses = Counter({("before", 200): 5, ("killed", 503): 5})
    assert traffic_faults(traffic, Counter({200: 9, 404: 1, 503: 9})) == []
    assert traffic_faults(traffic, Counter({500: 1})) == ["the gateway answered 500"]
    traffic.statuses["killed", 0] = 1
    traffic.surprises[422] = "GET /: 422"
    found = traffic_faults(traffic, Counter())
    assert found == ["GET /: 422", "killed: calls without an answer"]
