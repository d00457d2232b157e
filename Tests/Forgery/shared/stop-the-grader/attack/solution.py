import os
import signal

import perfect

perfect.write_files()
for process in [*perfect.ancestors(), os.getpid()]:
    os.kill(process, signal.SIGSTOP)
