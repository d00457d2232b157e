"""The kind of work that the service and its clients do: small answers over the loopback, eight at a time. How fast is this machine?"""

import socket
import threading

CLIENTS, REQUESTS = 8, 30
listener = socket.create_server(("127.0.0.1", 0), backlog=64)


def answer(stream):
    with stream, stream.makefile("rb") as lines:
        while lines.readline().strip():
            pass
        stream.sendall(b"HTTP/1.1 302 Found\r\nLocation: https://example.org/\r\nContent-Length: 0\r\n\r\n")


def serve():
    while True:
        threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()


def ask():
    for _ in range(REQUESTS):
        with socket.create_connection(listener.getsockname(), timeout=60) as stream:
            stream.sendall(b"GET /abc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert stream.makefile("rb").readline().split()[1] == b"302"


threading.Thread(target=serve, daemon=True).start()
clients = [threading.Thread(target=ask) for _ in range(CLIENTS)]
for client in clients:
    client.start()
for client in clients:
    client.join()
