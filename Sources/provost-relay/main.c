// provost-relay: the two commands of a grader's room, `learner` and `report`.
//
// Theory of operation
//
// A grader's room has one way out: a Unix stream socket that belongs to the supervisor. This program carries a command line to
// that socket and the answer back, and knows nothing about rooms, limits or scores: every rule is the supervisor's, so this
// file never has to change when one does. It is started as `learner` or `report` (the last part of argv[0]) or as
// `provost-relay learner …`.
//
// Both directions are frames: 1 byte type, 4 bytes big-endian length (at most 1 MiB), payload.
//
//   to the supervisor    A  program name and arguments, each ended by NUL; always first, once
//                        D  bytes of standard input; an empty one is the end of the input
//   from the supervisor  I  send input: the payload is a path to open, or empty for our own standard input
//                        O  bytes for standard output          E  bytes for standard error
//                        W  path NUL bytes: make or empty the file, and write the bytes
//                        X  one byte: exit with this status
//
// One poll loop holds one unsent frame and one received frame. They never wait for each other: input is read only when the
// unsent frame is gone, the socket is read only when the received frame has been written out. So a full pipe on one side holds
// up that direction alone, and a program that reads and writes in turns cannot lock up.
//
// Descriptors 0 to 2 are shared with the grader and stay blocking; each write is at most PIPE_BUF after poll() said there is
// room, which for a pipe cannot block.
//
// Exit status: the supervisor's; 1 when the input cannot be read; 2 for a wrong name; 125 when the supervisor cannot be
// reached, is lost, or says something unknown; 141 when our own output was closed by its reader (as SIGPIPE would give).

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { headerSize = 5, payloadLimit = 1 << 20, inputChunk = 64 << 10 };
enum { exitInput = 1, exitUsage = 2, exitChannel = 125, exitOutputClosed = 128 + SIGPIPE };

// One frame on its way; `done` counts what has left (or arrived, for the received one).
struct frame {
    unsigned char bytes[headerSize + payloadLimit];
    size_t size;
    size_t done;
};

static struct frame outgoing, incoming;
static const char *program = "provost-relay";
static int channel = -1;
static int input = -1;          // where D frames come from; -1 when no input is asked for, or all of it is sent
static bool inputAsked = false;
static bool channelTakes = true; // false once the supervisor stopped reading: its last frames may still wait for us

static _Noreturn void fail(int status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", program);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(status);
}

static _Noreturn void failLost(void) {
    fail(exitChannel, "the connection to the supervisor was lost; this grading cannot go on");
}

// A closed descriptor 0, 1 or 2 would be given to the channel, and output would be written into it.
static void fillStandardDescriptors(void) {
    for (;;) {
        int descriptor = open("/dev/null", O_RDWR);
        if (descriptor < 0) exit(exitChannel);
        if (descriptor > STDERR_FILENO) {
            close(descriptor);
            return;
        }
    }
}

static void connectChannel(void) {
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

static void frameOutgoing(unsigned char type, size_t length) {
    outgoing.bytes[0] = type;
    for (int index = 0; index < 4; index++) outgoing.bytes[1 + index] = (unsigned char)(length >> (24 - 8 * index));
    outgoing.size = headerSize + length;
    outgoing.done = 0;
}

static void frameArguments(int count, char **arguments) {
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

static size_t incomingLength(void) {
    const unsigned char *bytes = incoming.bytes;
    return (size_t)bytes[1] << 24 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 8 | bytes[4];
}

// The payload as text. The byte behind it is ours: a frame is never larger than the buffer without its last byte.
static const char *incomingText(void) { return (const char *)incoming.bytes + headerSize; }

static void startInput(size_t length) {
    if (inputAsked) fail(exitChannel, "the supervisor asked for input twice");
    inputAsked = true;
    if (length == 0) {
        input = STDIN_FILENO;
        return;
    }
    char path[PATH_MAX];
    if (length >= sizeof path) fail(exitInput, "the path given to --stdin is too long");
    memcpy(path, incomingText(), length);
    path[length] = '\0';
    input = open(path, O_RDONLY | O_CLOEXEC);
    if (input < 0) fail(exitInput, "cannot open %s: %s", path, strerror(errno));
}

static void writeFile(size_t length) {
    const char *path = incomingText();
    const char *end = memchr(path, '\0', length);
    if (end == NULL) fail(exitChannel, "the supervisor sent a file without a name");
    const char *bytes = end + 1;
    size_t left = length - (size_t)(bytes - path);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) fail(exitChannel, "cannot write %s: %s", path, strerror(errno));
    while (left > 0) {
        ssize_t count = write(file, bytes, left);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) fail(exitChannel, "cannot write %s: %s", path, strerror(errno));
        bytes += count;
        left -= (size_t)count;
    }
    if (close(file) != 0) fail(exitChannel, "cannot write %s: %s", path, strerror(errno));
}

static void readInput(void) {
    ssize_t count = read(input, outgoing.bytes + headerSize, inputChunk);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count < 0) fail(exitInput, "cannot read the input: %s", strerror(errno));
    frameOutgoing('D', (size_t)count);
    if (count == 0) {
        if (input != STDIN_FILENO) close(input);
        input = -1;
    }
}

static void sendOutgoing(void) {
    ssize_t count = send(channel, outgoing.bytes + outgoing.done, outgoing.size - outgoing.done, MSG_NOSIGNAL);
    if (count >= 0) {
        outgoing.done += (size_t)count;
    } else if (errno != EINTR && errno != EAGAIN) {
        // A program may end without reading its input; its output and status are already on their way to us.
        channelTakes = false;
        outgoing.done = outgoing.size;
    }
}

// Where the received frame's payload has to be written, or -1.
static int outputDescriptor(void) {
    if (incoming.size == 0) return -1;
    return incoming.bytes[0] == 'O' ? STDOUT_FILENO : incoming.bytes[0] == 'E' ? STDERR_FILENO : -1;
}

static void clearIncoming(void) { incoming.size = incoming.done = 0; }

// For an output frame `size` is set and `done` starts again, now counting what is written out.
static void takeFrame(size_t length) {
    switch (incoming.bytes[0]) {
    case 'O':
    case 'E':
        incoming.size = headerSize + length;
        incoming.done = headerSize;
        if (length == 0) clearIncoming();
        return;
    case 'I': startInput(length); break;
    case 'W': writeFile(length); break;
    case 'X':
        if (length != 1) fail(exitChannel, "the supervisor sent an exit status of %zu bytes", length);
        exit(incoming.bytes[headerSize]);
    default: fail(exitChannel, "the supervisor sent a frame of unknown type %d; are both of one version?", incoming.bytes[0]);
    }
    clearIncoming();
}

static void receiveIncoming(void) {
    size_t wanted = headerSize;
    if (incoming.done >= headerSize) wanted += incomingLength();
    ssize_t count = recv(channel, incoming.bytes + incoming.done, wanted - incoming.done, 0);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count <= 0) failLost();
    incoming.done += (size_t)count;
    if (incoming.done < headerSize) return;
    size_t length = incomingLength();
    if (length > payloadLimit) fail(exitChannel, "the supervisor sent a frame of %zu bytes; at most 1 MiB is allowed", length);
    if (incoming.done == headerSize + length) takeFrame(length);
}

static void writeOutput(int descriptor) {
    const unsigned char *bytes = incoming.bytes + incoming.done;
    size_t left = incoming.size - incoming.done;
    size_t most = left < PIPE_BUF ? left : PIPE_BUF;
    // A socket can have less room than PIPE_BUF: there the call itself must not wait.
    ssize_t count = send(descriptor, bytes, most, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && errno == ENOTSOCK) count = write(descriptor, bytes, most);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count < 0 && (errno == EPIPE || errno == ECONNRESET)) exit(exitOutputClosed);
    if (count < 0) fail(exitChannel, "cannot write to descriptor %d: %s", descriptor, strerror(errno));
    incoming.done += (size_t)count;
    if (incoming.done == incoming.size) clearIncoming();
}

// A descriptor nobody waits for is left out by -1: poll() reports a hang-up even when nothing is asked, and the loop would spin.
static void turn(void) {
    bool unsent = outgoing.done < outgoing.size;
    int output = outputDescriptor();
    short wanted = (short)((output < 0 ? POLLIN : 0) | (unsent ? POLLOUT : 0));
    struct pollfd waits[] = {
        {.fd = wanted != 0 ? channel : -1, .events = wanted},
        {.fd = !unsent && channelTakes ? input : -1, .events = POLLIN},
        {.fd = output, .events = POLLOUT},
    };
    if (poll(waits, 3, -1) < 0) {
        if (errno == EINTR) return;
        fail(exitChannel, "cannot wait for the supervisor: %s", strerror(errno));
    }
    const short closed = POLLHUP | POLLERR | POLLNVAL;
    if (unsent && waits[0].revents & (POLLOUT | closed)) sendOutgoing();
    if (waits[1].revents != 0) readInput();
    if (waits[2].revents != 0) writeOutput(output);
    if (output < 0 && waits[0].revents & (POLLIN | closed)) receiveIncoming();
}

static bool isCommand(const char *name) { return strcmp(name, "learner") == 0 || strcmp(name, "report") == 0; }

static const char *lastPart(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

int main(int count, char **arguments) {
    fillStandardDescriptors();
    signal(SIGPIPE, SIG_IGN);
    int first = 1;
    const char *name = count > 0 ? lastPart(arguments[0]) : "";
    if (!isCommand(name) && count > 1) {
        name = arguments[1];
        first = 2;
    }
    if (!isCommand(name)) fail(exitUsage, "call this program as “learner” or “report”, or give one of them as the first argument");
    program = name;
    frameArguments(count - first, arguments + first);
    connectChannel();
    for (;;) turn();
}
