"""Runs a command in a terminal of its own: types, waits, changes the window, sends signals, and looks at the terminal's mode.

usage: drive.py STEPS COMMAND…   where STEPS is JSON: a list of ["expect", TEXT], ["type", TEXT], ["raw"], ["resize", ROWS, COLUMNS],
["kill", SIGNAL]. Prints JSON: what was on the screen, the exit status (negative: a signal), and whether the mode is as before.
"""
import fcntl, json, os, pty, select, signal, struct, sys, termios, time

steps, command = json.loads(sys.argv[1]), sys.argv[2:]
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
before = termios.tcgetattr(slave)
child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for number in (0, 1, 2):
        os.dup2(slave, number)
    os.closerange(3, 100)
    os.execv(command[0], command)
screen, seen = b"", 0


def read(seconds):
    global screen
    if select.select([master], [], [], seconds)[0]:
        screen += os.read(master, 65536)


def until(what, fits):
    end = time.monotonic() + 120
    while not fits():
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            sys.exit(f"never came: {what}; on the screen: {screen!r}")
        read(0.05)


def is_raw():
    return not termios.tcgetattr(slave)[3] & (termios.ICANON | termios.ECHO)


for step in steps:
    if step[0] == "expect":
        text = step[1].encode()
        until(text, lambda: text in screen[seen:])
        seen = screen.index(text, seen) + len(text)
    elif step[0] == "type":
        os.write(master, step[1].encode())
    elif step[0] == "raw":
        until("raw mode", is_raw)
    elif step[0] == "resize":
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", step[1], step[2], 0, 0))
        os.kill(child, signal.SIGWINCH)
    elif step[0] == "kill":
        os.kill(child, getattr(signal, step[1]))
ended = []


def is_over():
    number, status = os.waitpid(child, os.WNOHANG)
    if number:
        ended.append(os.waitstatus_to_exitcode(status))
    return bool(number)


until("the end", is_over)
read(0.1)
print(json.dumps({
    "screen": screen.decode(errors="replace"), "status": ended[0], "restored": termios.tcgetattr(slave) == before,
}))
