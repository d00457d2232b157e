import os
import signal
import sys

sys.stdout.write("id,activity\n")
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGSEGV)
