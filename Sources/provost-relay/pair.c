// `learner pair [options] -- LEARNER… ::: GRADER…`: a program of the grader, with its standard streams crossed with the learner's.
//
// GRADER is a child of ours in the grader's room; LEARNER runs in its own, through the supervisor like any `learner run`. What
// GRADER writes is the learner's input; what the learner writes waits here until GRADER reads it (queueLimit at most, then the
// supervisor waits). Neither direction waits for the other, so two programs that both only write, or only read, are ended by a
// limit and never by us.
//
// Which end closes what:
//   the learner's program ends   GRADER reads the rest, then the end of its input; what it writes fails with EPIPE
//   GRADER ends                  the learner's program reads the rest, then the end of its input. What it still writes is taken and
//                                thrown away: to end it by SIGPIPE would make its exit status depend on who was faster
//   GRADER closes its input      what the learner's program still writes is thrown away
//
// GRADER starts with SIGPIPE ignored: a validator must be able to judge a learner who left early, not die of it.

#define _GNU_SOURCE
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { queueLimit = 8 << 20 };

bool pairAsked = false;
static char **grader;
static pid_t process = 0;
static int handle = -1;
static int sink = -1;
static bool ended = false;
static int endStatus = 0;
static char *queue;
static size_t queueSize, queueDone, queueRoom;

int pairSplit(int count, char **arguments) {
    pairAsked = true;
    bool inCommand = false;
    for (int index = 0; index < count; index++) {
        if (inCommand && strcmp(arguments[index], ":::") == 0 && index + 1 < count) {
            grader = arguments + index + 1;
            return index;
        }
        inCommand = inCommand || strcmp(arguments[index], "--") == 0;
    }
    fail(exitUsage, "pair: say both programs, like “learner pair -- ./program ::: ./validator”");
}

int pairStart(void) {
    int toGrader[2], fromGrader[2];
    if (pipe2(toGrader, O_CLOEXEC) != 0 || pipe2(fromGrader, O_CLOEXEC) != 0) fail(exitChannel, "cannot make a pipe: %s", strerror(errno));
    pid_t relay = getpid();
    process = fork();
    if (process < 0) fail(exitChannel, "cannot start another process: %s", strerror(errno));
    if (process == 0) {
        // Nobody would be left to judge for.
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != relay) _exit(exitChannel);
        if (dup2(toGrader[0], STDIN_FILENO) < 0 || dup2(fromGrader[1], STDOUT_FILENO) < 0) _exit(exitChannel);
        execvp(grader[0], grader);
        int error = errno;
        fprintf(stderr, "%s: cannot run %s: %s\n", program, grader[0], strerror(error));
        _exit(error == ENOENT ? 127 : 126);
    }
    close(toGrader[0]);
    close(fromGrader[1]);
    sink = toGrader[1];
    handle = (int)syscall(SYS_pidfd_open, process, 0);
    if (handle < 0) fail(exitChannel, "cannot watch a process: %s", strerror(errno));
    fcntl(handle, F_SETFD, FD_CLOEXEC);
    // Both ends are ours alone.
    if (fcntl(sink, F_SETFL, O_NONBLOCK) != 0 || fcntl(fromGrader[0], F_SETFL, O_NONBLOCK) != 0)
        fail(exitChannel, "cannot set up a pipe: %s", strerror(errno));
    return fromGrader[0];
}

bool pairEnded(void) { return ended; }
int pairProcess(void) { return handle; }
bool pairIsFull(void) { return queueSize - queueDone >= queueLimit; }
int pairSink(void) { return queueSize > queueDone ? sink : -1; }

static void closeSink(void) {
    if (sink >= 0) close(sink);
    sink = -1;
    queueSize = queueDone = 0;
}

void pairReap(void) {
    if (process <= 0 || ended) return;
    int status;
    pid_t result;
    do result = waitpid(process, &status, 0);
    while (result < 0 && errno == EINTR);
    if (result < 0) fail(exitChannel, "cannot wait for %s: %s", grader[0], strerror(errno));
    endStatus = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ended = true;
    close(handle);
    handle = -1;
    closeSink();
}

void pairTake(const void *bytes, size_t size) {
    if (sink < 0) return;
    if (queueDone == queueSize) queueDone = queueSize = 0;
    if (queueSize + size > queueRoom) {
        memmove(queue, queue + queueDone, queueSize - queueDone);
        queueSize -= queueDone;
        queueDone = 0;
        size_t room = queueSize + size > queueRoom ? 2 * (queueSize + size) : queueRoom;
        char *larger = realloc(queue, room);
        if (larger == NULL) fail(exitChannel, "out of memory for what the learner's program wrote");
        queue = larger;
        queueRoom = room;
    }
    memcpy(queue + queueSize, bytes, size);
    queueSize += size;
}

void pairWrite(void) {
    ssize_t count = write(sink, queue + queueDone, queueSize - queueDone);
    if (count >= 0) {
        queueDone += (size_t)count;
    } else if (errno == EPIPE) {
        closeSink();
    } else if (errno != EINTR && errno != EAGAIN) {
        fail(exitChannel, "cannot write to %s: %s", grader[0], strerror(errno));
    }
}

// The learner's program has ended, with everything in its room. GRADER may take its time to read what is left.
void pairFinish(unsigned char status) {
    if (process == 0 || status == exitChannel) exit(status);
    closeInput();
    close(channel);
    while (!ended && queueSize > queueDone) {
        struct pollfd waits[] = {{.fd = sink, .events = POLLOUT}, {.fd = handle, .events = POLLIN}};
        if (poll(waits, 2, -1) < 0 && errno != EINTR) fail(exitChannel, "cannot wait for %s: %s", grader[0], strerror(errno));
        if (waits[1].revents != 0) pairReap();
        else if (waits[0].revents != 0) pairWrite();
    }
    closeSink();
    pairReap();
    exit(endStatus);
}
