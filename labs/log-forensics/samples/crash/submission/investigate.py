import os
import signal
import sys

sys.stdout.write("clean\n")
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGSEGV)
