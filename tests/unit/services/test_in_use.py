"""The ledger: who may begin what on which session while who works on it."""

import threading
from itertools import product

import pytest

from core.errors import Conflict
from services.processes.in_use import BLOCKED_BY, REFUSALS, InUse
from tests.support.answerer import is_in_use


@pytest.mark.parametrize(("use", "other"), product(BLOCKED_BY, BLOCKED_BY))
def test_a_use_begins_unless_what_blocks_it_is_under_way(use, other):
    ledger = InUse()
    ledger.note("a", other)
    if other in BLOCKED_BY[use]:
        with pytest.raises(Conflict, match=REFUSALS[other][0].format("a")):
            ledger.claim("a", use)
    else:
        ledger.claim("a", use)
        ledger.release("a", other)
        assert is_in_use(ledger, "a")


def test_another_session_is_not_concerned():
    ledger = InUse()
    ledger.claim("a", "deletion")
    assert not is_in_use(ledger, "b")
    ledger.claim("b", "training")
    assert is_in_use(ledger, "b")


def test_a_session_in_two_evaluations_is_free_when_both_are_over():
    ledger = InUse()
    for _ in range(2):
        ledger.claim("a", "evaluation")
    ledger.release("a", "evaluation")
    with pytest.raises(Conflict):
        ledger.require_free("a", "deletion")
    ledger.release("a", "evaluation")
    ledger.require_free("a", "deletion")


def test_what_is_ending_is_waited_for():
    ledger = InUse(grace_s=30)
    ledger.note("a", "training", lambda: True)
    threading.Timer(0.05, ledger.release, ("a", "training")).start()
    ledger.claim("a", "deletion")


def test_what_does_not_end_in_time_is_refused():
    ledger = InUse(grace_s=0.01)
    ledger.note("a", "training", lambda: True)
    with pytest.raises(Conflict, match="still leaving"):
        ledger.claim("a", "training")


def test_of_many_claims_at_once_one_is_granted():
    ledger, granted = InUse(), []

    def claim():
        try:
            ledger.claim("a", "export")
            granted.append(True)
        except Conflict:
            pass

    threads = [threading.Thread(target=claim) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert granted == [True]


def test_a_block_that_fails_gives_its_claim_back_and_one_that_works_keeps_it():
    ledger = InUse()
    with pytest.raises(OSError), ledger.from_here("a", "export"):
        raise OSError
    assert not is_in_use(ledger, "a")
    with ledger.from_here("a", "export"):
        pass
    assert is_in_use(ledger, "a")


def test_before_a_session_is_deleted_those_who_need_not_be_waited_for_leave():
    ledger, left = InUse(), []
    ledger.when_deleted(left.append)
    with ledger.deleting("a"):
        assert left == ["a"] and is_in_use(ledger, "a")
    assert not is_in_use(ledger, "a")
    ledger.note("b", "push")
    with pytest.raises(Conflict), ledger.deleting("b"):
        pass
    assert left == ["a"]
