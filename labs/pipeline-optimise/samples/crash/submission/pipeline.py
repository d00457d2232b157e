import os
import signal
import sys

sys.stdout.write('{"rows": ')
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGSEGV)
