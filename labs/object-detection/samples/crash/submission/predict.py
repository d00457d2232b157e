import os
import signal
import sys

sys.stdout.write("id,label,score,x1,y1,x2,y2\n")
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGSEGV)
