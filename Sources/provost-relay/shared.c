// `shared-run COMMAND…`: for a grader whose room also runs learner code. Says how exactly COMMAND ended, and what outlived it.
//
// A grader that loads learner code into its own room writes its result into a file, and any process of the room could write there,
// also after the grader's own process is gone. So the supervisor takes that file only when this program tells it that the
// grader's process itself has ended, how, and that nothing else is left in the room.
//
//   1. It connects and says `shared-run begin`. The supervisor trusts the first such connection of a room, and no other; it asks
//      for input to say that this is the one. Only then COMMAND starts. So no process that learner code could control was there
//      before, and what learner code sends later comes on a second connection.
//   2. It waits for exactly COMMAND's process, counts what else lives in the process namespace besides pid 1 and itself, kills
//      it, and waits until it is gone.
//   3. It sends `ended`, `exited:N` or `signaled:N`, and the count, each ended by NUL, and exits as COMMAND did.
//
// What holds. All processes of a room have one user, so learner code can signal this one. Its descriptor cannot be had: it is
// close-on-exec, this process is not dumpable (no ptrace, no /proc/PID/fd, no /proc/PID/mem, no pidfd_getfd), and the room's
// seccomp filter refuses those calls besides. Signals that can be blocked are. SIGKILL and SIGSTOP remain: they end or stop the
// report, and a room without it has no result. So learner code can spoil its own grading; it cannot say `ended` in our place.
//
// What does not hold. While COMMAND runs, learner code in its process, or with its user, can write anything that COMMAND could,
// the result file too. No process of the same room can prevent that: this is what `isolation: shared` says in every result.

#define _GNU_SOURCE
#include "relay.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Killing takes a moment at most; a process that the kernel cannot end in this time is our fault.
enum { patienceMilliseconds = 10000 };

static void sendWhole(void) {
    while (outgoing.done < outgoing.size) {
        struct pollfd wait = {.fd = channel, .events = POLLOUT};
        if (poll(&wait, 1, -1) < 0 && errno != EINTR) failLost();
        if (wait.revents != 0) sendOutgoing();
        if (!channelTakes) failLost();
    }
}

// The next frame that is not a sentence for our standard error.
static unsigned char nextFrame(void) {
    for (;;) {
        struct pollfd wait = {.fd = channel, .events = POLLIN};
        if (poll(&wait, 1, -1) < 0 && errno != EINTR) failLost();
        if (wait.revents == 0 || !receiveIncoming()) continue;
        unsigned char type = incoming.bytes[0];
        size_t length = incomingLength();
        if (type == 'E') {
            (void)!write(STDERR_FILENO, incomingText(), length);
            clearIncoming();
            continue;
        }
        clearIncoming();
        return type;
    }
}

// A file of /proc that is smaller than `size`; false when the process is gone.
static bool readSmall(const char *path, char *text, size_t size) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    ssize_t count = read(file, text, size - 1);
    close(file);
    text[count > 0 ? count : 0] = '\0';
    return count > 0;
}

// Processes besides pid 1 and ourselves. One that has ended and waits for pid 1 to notice does nothing any more.
static int countOthers(void) {
    DIR *folder = opendir("/proc");
    if (folder == NULL) fail(exitChannel, "cannot read /proc: %s", strerror(errno));
    int others = 0;
    struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        char *end, path[64], text[512];
        long pid = strtol(entry->d_name, &end, 10);
        if (*end != '\0' || pid <= 1 || pid == (long)getpid()) continue;
        snprintf(path, sizeof path, "/proc/%ld/stat", pid);
        if (!readSmall(path, text, sizeof text)) continue;
        // The name is in parentheses and may hold anything; the state follows the last one.
        const char *name = strrchr(text, ')');
        if (name == NULL || (name[2] != 'Z' && name[2] != 'X')) others++;
    }
    closedir(folder);
    return others;
}

static void endOthers(void) {
    for (int waited = 0; countOthers() > 0; waited += 5) {
        if (waited >= patienceMilliseconds) fail(exitChannel, "a process of this room cannot be ended");
        // Everything but pid 1 and ourselves. A fork under way fails, because its signal is pending.
        kill(-1, SIGKILL);
        struct timespec pause = {.tv_nsec = 5000000};
        nanosleep(&pause, NULL);
        while (waitpid(-1, NULL, WNOHANG) > 0) {}
    }
}

static int start(char **command, const sigset_t *signals) {
    pid_t child = fork();
    if (child < 0) fail(exitChannel, "cannot start another process: %s", strerror(errno));
    if (child > 0) return child;
    setpgid(0, 0);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, signals, NULL);
    execvp(command[0], command);
    int error = errno;
    fprintf(stderr, "%s: cannot run %s: %s\n", program, command[0], strerror(error));
    _exit(error == ENOENT ? 127 : 126);
}

void sharedRun(int count, char **arguments) {
    if (count < 1) fail(exitUsage, "say the command, like “shared-run ./run_autograder”");
    // Elsewhere the kill below would reach processes that are none of ours.
    char first[32];
    if (!readSmall("/proc/1/comm", first, sizeof first) || strcmp(first, "bwrap\n") != 0)
        fail(exitChannel, "works only as the command of a room");
    if (prctl(PR_SET_DUMPABLE, 0) != 0) fail(exitChannel, "cannot hide from the other processes: %s", strerror(errno));
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);

    char *words[] = {"begin"};
    frameArguments(1, words);
    connectChannel();
    sendWhole();
    if (nextFrame() != 'I') fail(exitChannel, "the supervisor did not answer as it should; are both of one version?");

    pid_t child = start(arguments, &before);
    int status;
    pid_t result;
    do result = waitpid(child, &status, 0);
    while (result < 0 && errno == EINTR);
    if (result < 0) fail(exitChannel, "cannot wait for %s: %s", arguments[0], strerror(errno));
    int survivors = countOthers();
    endOthers();

    int exitStatus = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    char *message = (char *)outgoing.bytes + headerSize;
    int length = snprintf(message, 64, "ended%c%s:%d%c%d", 0, WIFEXITED(status) ? "exited" : "signaled",
                          WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), 0, survivors);
    frameOutgoing('D', (size_t)length + 1);
    sendWhole();
    frameOutgoing('D', 0);
    sendWhole();
    // The payload stays readable until the next frame is received.
    if (nextFrame() != 'X' || incoming.bytes[headerSize] != 0)
        fail(exitChannel, "the supervisor did not take the end of %s", arguments[0]);
    exit(exitStatus);
}
