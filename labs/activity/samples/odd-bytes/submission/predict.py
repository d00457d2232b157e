import sys

names = [row.split(",")[0] for row in sys.stdin.read().splitlines()[1:]]
sys.stdout.buffer.write(b"id,activity\n")
for name in names:
    sys.stdout.buffer.write(name.encode() + b",\xff\xfe\x00rest\r\n")
