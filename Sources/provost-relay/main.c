// provost-relay: the commands of a grader's room: `learner`, `report`, and others that the supervisor knows.
//
// Theory of operation
//
// A grader's room has one way out: a Unix stream socket that belongs to the supervisor. This program carries a command line to
// that socket and the answer back, and knows nothing about rooms, limits or scores: every rule is the supervisor's, so this
// file never has to change when one does. The last part of argv[0] is the command (`learner`, `report`, `run_student` …): it is
// sent as it is, and the supervisor refuses what it does not know. As `provost-relay COMMAND …` the first argument is.
//
// Both directions are frames: 1 byte type, 4 bytes big-endian length (at most 1 MiB), payload.
//
//   to the supervisor    A  program name and arguments, each ended by NUL; always first, once
//                        D  bytes of what was asked for by I or F; an empty one is the end
//                        M  answers F: mode and size of the file, 8 bytes big-endian each; its D frames follow
//   from the supervisor  I  send input, once: the payload is a path to open, or empty for our own standard input
//                        F  send the file at this path; only after the last file's end
//                        O  bytes for standard output          E  bytes for standard error
//                        W  path NUL bytes: make or empty the file, and write the bytes
//                        P  path NUL bytes: append the bytes
//                        X  one byte: exit with this status
//
// One poll loop holds one unsent frame and one received frame. They never wait for each other: input is read only when the
// unsent frame is gone, the socket is read only when the received frame has been written out. So a full pipe on one side holds
// up that direction alone, and a program that reads and writes in turns cannot lock up.
//
// Descriptors 0 to 2 are shared with the grader and stay blocking; each write is at most PIPE_BUF after poll() said there is
// room, which for a pipe cannot block.
//
// Two commands have a half here: `learner pair` starts a second program (pair.c), and `shared-run` watches one (shared.c). `sessions` is
// another program in the same file: the first of a workspace's room (sessions.c).
//
// `run_student` starts its program where its caller is, as INGInious does; nobody but this program can know, so it says
// `--working-dir` and the folder before the arguments.
//
// Exit status: the supervisor's; 1 when the input cannot be read; 2 for a wrong call; 125 when the supervisor cannot be reached, is
// lost, or says something unknown, and when a file of this room cannot be read or written; 141 when our own output was closed by its reader (as SIGPIPE would give).

#define _GNU_SOURCE
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

// Where the received frame's payload has to be written, or -1.
static int outputDescriptor(void) {
    if (incoming.size == 0) return -1;
    return incoming.bytes[0] == 'O' ? STDOUT_FILENO : incoming.bytes[0] == 'E' ? STDERR_FILENO : -1;
}

// For an output frame `size` is set and `done` starts again, now counting what is written out.
static void takeFrame(void) {
    size_t length = incomingLength();
    switch (incoming.bytes[0]) {
    case 'O':
        if (pairAsked) {
            pairTake(incomingText(), length);
            break;
        }
        __attribute__((fallthrough));
    case 'E':
        incoming.size = headerSize + length;
        incoming.done = headerSize;
        if (length == 0) clearIncoming();
        return;
    case 'I': startInput(length, pairAsked && length == 0 ? pairStart() : STDIN_FILENO); break;
    case 'F': startFile(length); break;
    case 'W': writeFile(length, false); break;
    case 'P': writeFile(length, true); break;
    case 'X':
        if (length != 1) fail(exitChannel, "the supervisor sent an exit status of %zu bytes", length);
        if (pairAsked) pairFinish(incoming.bytes[headerSize]);
        exit(incoming.bytes[headerSize]);
    default: fail(exitChannel, "the supervisor sent a frame of unknown type %d; are both of one version?", incoming.bytes[0]);
    }
    clearIncoming();
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
    bool receives = output < 0 && !pairIsFull();
    bool reads = !unsent && channelTakes && input >= 0;
    short wanted = (short)((receives ? POLLIN : 0) | (unsent ? POLLOUT : 0));
    struct pollfd waits[] = {
        {.fd = wanted != 0 ? channel : -1, .events = wanted},
        {.fd = reads ? input : -1, .events = POLLIN},
        {.fd = output, .events = POLLOUT},
        {.fd = pairSink(), .events = POLLOUT},
        {.fd = pairProcess(), .events = POLLIN},
    };
    // After the second program's end nobody may hold its output open: what is there is all.
    bool atEnd = pairEnded();
    if (poll(waits, sizeof waits / sizeof *waits, reads && atEnd ? 0 : -1) < 0) {
        if (errno == EINTR) return;
        fail(exitChannel, "cannot wait for the supervisor: %s", strerror(errno));
    }
    const short closed = POLLHUP | POLLERR | POLLNVAL;
    if (unsent && waits[0].revents & (POLLOUT | closed)) sendOutgoing();
    // Its writer must learn that nobody reads any more.
    if (pairAsked && !channelTakes && input >= 0) closeInput();
    if (reads && input >= 0 && (waits[1].revents != 0 || atEnd)) readInput(atEnd);
    if (waits[2].revents != 0) writeOutput(output);
    if (waits[3].revents != 0) pairWrite();
    if (waits[4].revents != 0) pairReap();
    if (receives && waits[0].revents & (POLLIN | closed) && receiveIncoming()) takeFrame();
}

static const char *lastPart(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static char **withWorkingFolder(int *count, char **arguments) {
    static char option[] = "--working-dir";
    char *folder = getcwd(NULL, 0);
    char **all = calloc((size_t)*count + 2, sizeof *all);
    if (folder == NULL || all == NULL) fail(exitChannel, "cannot tell the current folder: %s", strerror(errno));
    all[0] = option;
    all[1] = folder;
    for (int each = 0; each < *count; each += 1) all[each + 2] = arguments[each];
    *count += 2;
    return all;
}

int main(int count, char **arguments) {
    fillStandardDescriptors();
    signal(SIGPIPE, SIG_IGN);
    int first = 1;
    const char *name = count > 0 ? lastPart(arguments[0]) : "";
    if (strcmp(name, program) == 0 && count > 1) {
        name = arguments[1];
        first = 2;
    }
    if (*name == '\0' || strcmp(name, program) == 0)
        fail(exitUsage, "call this program as “learner” or “report”, or give one of them as the first argument");
    program = name;
    count -= first;
    arguments += first;
    if (strcmp(name, "sessions") == 0) serveSessions();
    if (strcmp(name, "shared-run") == 0) sharedRun(count, arguments);
    if (strcmp(name, "learner") == 0 && count > 0 && strcmp(arguments[0], "pair") == 0) count = pairSplit(count, arguments);
    if (strcmp(name, "run_student") == 0) arguments = withWorkingFolder(&count, arguments);
    frameArguments(count, arguments);
    connectChannel();
    for (;;) turn();
}
