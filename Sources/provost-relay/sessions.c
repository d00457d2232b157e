// `sessions`: the first program of a workspace's room. Starts what the learner runs, and says how it ended.
//
// Its standard input is a SOCK_SEQPACKET socket whose other end only the keeper has. One packet is one message: a byte for the kind,
// numbers of four bytes (little endian), then texts, each ended by NUL.
//
//   from the keeper   S  number, terminal (0 or 1), count of arguments, count of variables; folder, arguments, variables.
//                        Descriptors: one terminal, or three pipes. The terminal becomes the controlling one of a new session.
//                     K  number, signal: to the foreground processes of that session (1: hang-up … as in signal.h)
//                     C  number, port, milliseconds: connect to 127.0.0.1:port
//                     P  starter and home (two texts): copy what lies in starter into home, if home is empty
//                     X  TERM to everything in the room, and a hang-up to what has a terminal
//   to the keeper     H  we are here; with the folder /dev/pts, so that a terminal has its name in the room
//                     E  number, status as a shell writes it
//                     c  number, errno; with 0 the connected socket
//                     p  errno
//
// When the keeper closes the socket this program ends, and with it, because bubblewrap ends with its command, the room.
//
// Everything here has the learner's user: they can kill this program, and end their own room by it, nothing else. It cannot be read or
// traced (not dumpable), its descriptors are close-on-exec, and the keeper believes nothing it says but about this very room.

#define _GNU_SOURCE
#include "relay.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { keeper = 0, packetLimit = 128 << 10, mostSessions = 256, mostConnects = 64, mostWords = 8192 };

// What runs, and the copying of the starter (number 0).
static struct { pid_t pid; uint32_t number, terminal; } children[mostSessions];
static struct { int socket; uint32_t number; int64_t until; } connects[mostConnects];
static unsigned char packet[packetLimit + 1];
static sigset_t before;

static int64_t milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void say(char kind, uint32_t number, uint32_t value, int descriptor) {
    unsigned char bytes[9] = {(unsigned char)kind};
    memcpy(bytes + 1, &number, 4);
    memcpy(bytes + 5, &value, 4);
    union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = {0};
    struct iovec vector = {.iov_base = bytes, .iov_len = sizeof bytes};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    }
    ssize_t sent;
    do sent = sendmsg(keeper, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0) _exit(exitChannel);
}

static uint32_t number(const unsigned char *bytes, int index) {
    uint32_t value;
    memcpy(&value, bytes + 1 + 4 * index, 4);
    return value;
}

// A slot for another child; -1 when there are too many.
static int freeChild(void) {
    for (int index = 0; index < mostSessions; index++)
        if (children[index].pid == 0) return index;
    return -1;
}

static _Noreturn void become(bool terminal, const int *descriptors, const char *folder, char **words, char **variables) {
    // The kernel takes what the learner runs before it takes this program.
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0) (void)!write(score, "600", 3);
    setsid();
    // Away from 0, 1 and 2, which they are to become.
    int sources[3];
    for (int index = 0; index < 3; index++)
        if ((sources[index] = fcntl(descriptors[terminal ? 0 : index], F_DUPFD_CLOEXEC, 10)) < 0) _exit(126);
    for (int index = 0; index < 3; index++)
        if (dup2(sources[index], index) < 0) _exit(126);
    if (terminal && ioctl(0, TIOCSCTTY, 0) < 0) _exit(126);
    if (chdir(folder) < 0) (void)!chdir("/");
    for (int each = 1; each < NSIG; each++) signal(each, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    environ = variables;
    execvp(words[0], words);
    int error = errno;
    dprintf(2, "cannot run %s: %s\n", words[0], strerror(error));
    _exit(error == ENOENT ? 127 : 126);
}

static void startSession(size_t size, const int *descriptors, int count) {
    static char *words[mostWords + 2];
    uint32_t session = number(packet, 0), terminal = number(packet, 1), arguments = number(packet, 2), variables = number(packet, 3);
    int slot = freeChild();
    if (arguments < 1 || arguments > mostWords || variables > mostWords - arguments || count < (terminal ? 1 : 3)) _exit(exitChannel);
    char *text = (char *)packet + 17, *end = (char *)packet + size, *folder = text;
    text += strlen(text) + 1;
    uint32_t filled = 0;
    for (uint32_t index = 0; index < arguments + variables; index++) {
        if (text >= end) _exit(exitChannel);
        if (index == arguments) words[filled++] = NULL;
        words[filled++] = text;
        text += strlen(text) + 1;
    }
    if (variables == 0) words[filled++] = NULL;
    words[filled] = NULL;
    pid_t child = slot < 0 ? -1 : fork();
    if (child == 0) {
        // PATH decides where the command is found, and it is the session's.
        for (char **each = words + arguments + 1; *each; each++)
            if (strncmp(*each, "PATH=", 5) == 0) setenv("PATH", *each + 5, 1);
        become(terminal, descriptors, folder, words, words + arguments + 1);
    }
    if (child < 0) {
        static const char refusal[] = "cannot start another program: the workspace's limit of processes is reached\r\n";
        (void)!write(descriptors[terminal ? 0 : 2], refusal, sizeof refusal - 1);
        say('E', session, 126, -1);
        return;
    }
    children[slot].pid = child;
    children[slot].number = session;
    children[slot].terminal = terminal;
}

// The foreground process group of a session: the terminal's, or the command's own.
static pid_t foreground(pid_t leader) {
    char path[32], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)leader);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0) close(file);
    text[count > 0 ? count : 0] = '\0';
    // The name is in parentheses and may hold anything; then state, parent, group, session, terminal, and what we want.
    const char *name = strrchr(text, ')');
    int group = -1;
    if (name == NULL || sscanf(name + 1, " %*c %*d %*d %*d %*d %d", &group) != 1 || group <= 1) return leader;
    return (pid_t)group;
}

static void signalSession(uint32_t session, int which) {
    if (which < 1 || which >= NSIG) return;
    for (int index = 0; index < mostSessions; index++)
        if (children[index].pid > 0 && children[index].number == session) kill(-foreground(children[index].pid), which);
}

static void beginConnect(uint32_t session, uint32_t port, uint32_t patience) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int slot = 0, socketNumber = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    while (slot < mostConnects && connects[slot].socket >= 0) slot++;
    if (socketNumber < 0 || slot == mostConnects) {
        say('c', session, socketNumber < 0 ? (uint32_t)errno : EAGAIN, -1);
        if (socketNumber >= 0) close(socketNumber);
        return;
    }
    if (connect(socketNumber, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) {
        say('c', session, (uint32_t)errno, -1);
        close(socketNumber);
        return;
    }
    connects[slot].socket = socketNumber;
    connects[slot].number = session;
    connects[slot].until = milliseconds() + patience;
}

static void finishConnect(int slot, bool late) {
    int error = ETIMEDOUT;
    socklen_t size = sizeof error;
    if (!late && getsockopt(connects[slot].socket, SOL_SOCKET, SO_ERROR, &error, &size) < 0) error = errno;
    say('c', connects[slot].number, (uint32_t)error, error == 0 ? connects[slot].socket : -1);
    close(connects[slot].socket);
    connects[slot].socket = -1;
}

static void beginStarter(size_t size) {
    const char *from = (char *)packet + 1;
    const char *home = from + strlen(from) + 1;
    if (home >= (char *)packet + size) _exit(exitChannel);
    int slot = freeChild();
    pid_t child = slot < 0 ? -1 : fork();
    if (child == 0) _exit(copyStarter(from, home));
    if (child < 0) {
        say('p', 0, (uint32_t)errno, -1);
        return;
    }
    children[slot].pid = child;
    children[slot].number = children[slot].terminal = 0;
}

// TERM to all but this program and the first of the room, so that each can save what it has; a stopped program has to go on for it. A
// shell at a terminal ends by a hang-up alone, which it hands on to its jobs.
static void endEverything(void) {
    kill(-1, SIGTERM);
    kill(-1, SIGCONT);
    for (int index = 0; index < mostSessions; index++)
        if (children[index].pid > 0 && children[index].terminal) kill(children[index].pid, SIGHUP);
}

static void reap(void) {
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        uint32_t value = (uint32_t)(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        for (int index = 0; index < mostSessions; index++) {
            if (children[index].pid != pid) continue;
            children[index].pid = 0;
            say(children[index].number == 0 ? 'p' : 'E', children[index].number, value, -1);
        }
    }
}

static void take(void) {
    int descriptors[3] = {-1, -1, -1}, count = 0;
    union { char bytes[CMSG_SPACE(sizeof descriptors)]; struct cmsghdr align; } control;
    struct iovec vector = {.iov_base = packet, .iov_len = packetLimit};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t size;
    do size = recvmsg(keeper, &message, MSG_CMSG_CLOEXEC);
    while (size < 0 && errno == EINTR);
    if (size <= 0 || message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) _exit(0);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        count = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(descriptors, CMSG_DATA(header), (size_t)count * sizeof(int));
    }
    packet[size] = '\0';
    switch (packet[0]) {
    case 'S': if (size > 17) startSession((size_t)size, descriptors, count); break;
    case 'K': if (size == 9) signalSession(number(packet, 0), (int)number(packet, 1)); break;
    case 'C': if (size == 13) beginConnect(number(packet, 0), number(packet, 1), number(packet, 2)); break;
    case 'P': beginStarter((size_t)size); break;
    case 'X': endEverything(); break;
    default: _exit(exitChannel);
    }
    for (int index = 0; index < count; index++) close(descriptors[index]);
}

_Noreturn void serveSessions(void) {
    prctl(PR_SET_DUMPABLE, 0);
    // Nothing that this program's own children can send it may end it, but SIGKILL and SIGSTOP.
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    int ended = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    fcntl(keeper, F_SETFD, FD_CLOEXEC);
    for (int index = 0; index < mostConnects; index++) connects[index].socket = -1;
    if (ended < 0) _exit(exitChannel);
    int terminals = open("/dev/pts", O_PATH | O_DIRECTORY | O_CLOEXEC);
    say('H', 0, 0, terminals);
    if (terminals >= 0) close(terminals);
    for (;;) {
        struct pollfd waits[2 + mostConnects] = {{.fd = keeper, .events = POLLIN}, {.fd = ended, .events = POLLIN}};
        int64_t now = milliseconds(), next = -1;
        for (int slot = 0; slot < mostConnects; slot++) {
            waits[2 + slot] = (struct pollfd){.fd = connects[slot].socket, .events = POLLOUT};
            if (connects[slot].socket < 0) continue;
            int64_t left = connects[slot].until > now ? connects[slot].until - now : 0;
            if (next < 0 || left < next) next = left;
        }
        if (poll(waits, 2 + mostConnects, (int)next) < 0) continue;
        struct signalfd_siginfo information;
        while (read(ended, &information, sizeof information) > 0) {}
        reap();
        now = milliseconds();
        for (int slot = 0; slot < mostConnects; slot++)
            if (connects[slot].socket >= 0 && (waits[2 + slot].revents || connects[slot].until <= now))
                finishConnect(slot, waits[2 + slot].revents == 0);
        if (waits[0].revents) take();
    }
}
