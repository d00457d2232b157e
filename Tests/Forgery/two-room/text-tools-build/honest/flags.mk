CFLAGS = -std=c17 -O2
