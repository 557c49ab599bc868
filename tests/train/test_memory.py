"""Memory that a step frees is kept: what is asked for again costs no page faults."""

from __future__ import annotations

import subprocess
import sys

import pytest

SIZE = 1 << 26  # bytes, above what glibc takes from the heap by itself
TOUCHED_AGAIN = f"""
import resource

import numpy as np

from scarscore.train.memory import keep_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(8):
        np.empty({SIZE}, np.uint8).fill(1)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

given_back = faults()
assert keep_memory()
faults()
print(given_back, faults())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library is told so on Linux alone")
def test_a_block_that_was_freed_is_there_for_the_next_one() -> None:
    done = subprocess.run([sys.executable, "-c", TOUCHED_AGAIN], capture_output=True, text=True, check=True)
    given_back, kept = map(int, done.stdout.split())
    assert kept < given_back / 10
