"""Faults 19 and 20 with a real report: killed in its middle, it is there once."""

import os
import signal

import pytest

from tests.real_report import RealReport


@pytest.fixture
def real_report(stack):
    """A report that can be held in its middle."""
    return RealReport(stack)


@pytest.mark.fault(19)
def test_report_of_a_killed_pool_child_is_there_once(stack, real_report):
    with real_report.held():
        for child in stack.children("worker"):
            os.kill(child, signal.SIGKILL)
        assert real_report.files() == []
        assert real_report.report() == ("asked", 0, 0)
    assert real_report.await_end(60) < 60
    assert (real_report.column("status"), real_report.column("attempts")) == ("done", 2)
    assert len(real_report.files()) == 1
    assert real_report.report() == ("draft", 4, 1)


@pytest.mark.fault(20)
def test_report_of_a_killed_worker_is_there_once(stack, real_report):
    with real_report.held():
        os.killpg(stack.pid("worker"), signal.SIGKILL)
        assert real_report.files() == []
    assert real_report.await_end(60) < 60
    assert len(real_report.files()) == 1
    assert real_report.report() == ("draft", 4, 1)
