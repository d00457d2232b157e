import os
import signal
import sys

sys.stdout.write("cost,billing,compute,6.29\n")
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGSEGV)
