"""Never comes back, and ignores what could end it."""

import signal

for number in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU, signal.SIGALRM):
    signal.signal(number, signal.SIG_IGN)


def to_roman(number):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


from_roman = to_roman
