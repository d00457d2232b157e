// One connection to the supervisor, and the frames on it. main.c has the protocol.

#define _GNU_SOURCE
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct frame outgoing, incoming;
const char *program = "provost-relay";
int channel = -1;
bool channelTakes = true;

void fail(int status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", program);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(status);
}

void failLost(void) {
    fail(exitChannel, "the connection to the supervisor was lost; this grading cannot go on");
}

void connectChannel(void) {
    const char *path = getenv("PROVOST_CHANNEL");
    if (path == NULL || *path == '\0') path = "/grade/channel/socket";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) fail(exitChannel, "PROVOST_CHANNEL is too long for a socket: %s", path);
    strcpy(address.sun_path, path);
    channel = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (channel < 0) fail(exitChannel, "cannot make a socket: %s", strerror(errno));
    while (connect(channel, (struct sockaddr *)&address, sizeof address) != 0) {
        if (errno == EINTR) continue;
        fail(exitChannel, "cannot reach the supervisor at %s (%s); this command works only in a grader's room", path,
             strerror(errno));
    }
    int flags = fcntl(channel, F_GETFL);
    if (flags < 0 || fcntl(channel, F_SETFL, flags | O_NONBLOCK) != 0)
        fail(exitChannel, "cannot set up the socket: %s", strerror(errno));
}

void frameOutgoing(unsigned char type, size_t length) {
    outgoing.bytes[0] = type;
    for (int index = 0; index < 4; index++) outgoing.bytes[1 + index] = (unsigned char)(length >> (24 - 8 * index));
    outgoing.size = headerSize + length;
    outgoing.done = 0;
}

void frameArguments(int count, char **arguments) {
    size_t length = 0;
    for (int index = -1; index < count; index++) {
        const char *text = index < 0 ? program : arguments[index];
        size_t size = strlen(text) + 1;
        if (size > payloadLimit - length) fail(exitChannel, "the arguments are longer than 1 MiB; pass long data in a file");
        memcpy(outgoing.bytes + headerSize + length, text, size);
        length += size;
    }
    frameOutgoing('A', length);
}

void sendOutgoing(void) {
    ssize_t count = send(channel, outgoing.bytes + outgoing.done, outgoing.size - outgoing.done, MSG_NOSIGNAL);
    if (count >= 0) {
        outgoing.done += (size_t)count;
    } else if (errno != EINTR && errno != EAGAIN) {
        // A program may end without reading its input; its output and status are already on their way to us.
        channelTakes = false;
        outgoing.done = outgoing.size;
    }
}

size_t incomingLength(void) {
    const unsigned char *bytes = incoming.bytes;
    return (size_t)bytes[1] << 24 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 8 | bytes[4];
}

const char *incomingText(void) { return (const char *)incoming.bytes + headerSize; }

void clearIncoming(void) { incoming.size = incoming.done = 0; }

bool receiveIncoming(void) {
    size_t wanted = headerSize;
    if (incoming.done >= headerSize) wanted += incomingLength();
    ssize_t count = recv(channel, incoming.bytes + incoming.done, wanted - incoming.done, 0);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return false;
    if (count <= 0) failLost();
    incoming.done += (size_t)count;
    if (incoming.done < headerSize) return false;
    size_t length = incomingLength();
    if (length > payloadLimit) fail(exitChannel, "the supervisor sent a frame of %zu bytes; at most 1 MiB is allowed", length);
    return incoming.done == headerSize + length;
}
