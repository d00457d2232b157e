"""Prints a little and falls over."""

import os
import signal
import sys

print("212.0 F")
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGSEGV)
