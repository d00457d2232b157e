// provost-launch: the only code that runs between the daemon's spawn and bubblewrap's exec.
//
// Theory of operation
// -------------------
// The sandbox starts a launcher ahead of time and moves it into the fresh cgroups of one room (entering a cgroup cold costs
// 8 to 20 ms; here nobody waits for it). Its standard input is a Unix stream socket, and it waits there for ONE request: a
// fixed header, strings, and descriptors by SCM_RIGHTS. A launcher serves one room and exits.
//
//   provostd ──socket──► launcher (root, in the room's cgroups, in the room's network namespace)
//                          └─fork─► child: session, rlimits, /tmp, uid ──exec──► bwrap (room's uid, no privilege)
//                                                                               └► bwrap as pid 1 of the room └► command
//
// The launcher answers "ended" with bwrap's wait status when bwrap is reaped, waits until every descendant is gone (it is
// their subreaper; a process namespace cannot outlive its pid 1), answers "reaped" with their resource use, and exits. A byte
// or an end of file on the socket (the daemon is gone) kills bwrap, and with it, through PR_SET_PDEATHSIG on each step,
// everything in the room.
//
// Privilege: what needs root is done by the child before setresuid and depends on the request's flags; without root the
// flags are off and bwrap makes the network namespace and /tmp itself. Nothing here reads a file that a room can write.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

enum { MAGIC = 0x50524f56, MAXIMUM_TEXT = 16 << 20 };
enum {
    FLAG_USER = 1,          // drop to uid = gid of the request
    FLAG_LOOPBACK = 2,      // bring lo up in the network namespace made at start
    FLAG_JOIN_NETWORK = 4,  // enter the network namespace of the last descriptor instead
    FLAG_TMP = 8,           // mount a sized tmpfs for /tmp and /dev/shm in a mount namespace of the child's own
    FLAG_BUILDER = 16,      // give bwrap a user namespace with many users: the room's user is its root
};
// The order of descriptors in a request; in bwrap they have these numbers, the arguments and status pipe follow.
enum { FD_INPUT, FD_OUTPUT, FD_ERROR, FD_SECCOMP_CALLS, FD_SECCOMP_ARGUMENTS, FD_NETWORK, FD_COUNT };
enum { BWRAP_ARGUMENTS = 5, BWRAP_STATUS = 6, BWRAP_DESCRIPTORS = 7, BWRAP_USER_NAMESPACE = 7, BWRAP_MOST_DESCRIPTORS = 8 };
enum { REPLY_ENDED = 1, REPLY_REAPED = 2 };

// Keep in step with LaunchRequest.swift. Zero means no limit of that kind.
struct request {
    uint32_t magic, flags, uid, text_size, options_size, command_count;
    uint64_t open_files, file_size, processes, cpu_seconds, tmp_bytes, tmp_inodes;
    uint64_t users_first, users_count;  // FLAG_BUILDER: the host users behind 1, 2, … of the namespace; the last one is nobody
};
// `started`: the command's exec succeeded. `step` names what failed before bwrap's own exec.
struct reply {
    uint32_t magic, kind;
    int32_t wait_status, started, error;
    char step[28];
    uint64_t cpu_microseconds, peak_kibibytes;
};
struct failure {
    int32_t error;
    char step[28];
};

static void put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    (void)!write(fd, text, strlen(text));
    close(fd);
}

static int read_fully(int fd, char *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t count = read(fd, bytes + done, size - done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return -1;
        done += (size_t)count;
    }
    return 0;
}

// Reads the one request. Ends quietly when the daemon closes the socket: a warm launcher that is not needed.
static char *receive(int socket, struct request *request, int *descriptors, int *count) {
    union {
        char bytes[CMSG_SPACE(FD_COUNT * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec vector = {.iov_base = request, .iov_len = sizeof *request};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control};
    ssize_t got;
    do got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got <= 0) _exit(0);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        *count = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(descriptors, CMSG_DATA(header), (size_t)*count * sizeof(int));
    }
    if (read_fully(socket, (char *)request + got, sizeof *request - (size_t)got) < 0) _exit(0);
    if (request->magic != MAGIC || request->text_size > MAXIMUM_TEXT || request->options_size >= request->text_size) _exit(70);
    char *text = malloc(request->text_size + 1);
    if (!text || read_fully(socket, text, request->text_size) < 0) _exit(71);
    text[request->text_size] = 0;
    return text;
}

static int loopback_up(void) {
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0) return -1;
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int result = ioctl(control, SIOCSIFFLAGS, &request);
    close(control);
    return result;
}

static int limit(int resource, uint64_t value) {
    if (!value) return 0;
    struct rlimit both = {.rlim_cur = value, .rlim_max = value}, now;
    // Without privilege a hard limit can only come down.
    if (getrlimit(resource, &now) == 0 && geteuid() != 0 && both.rlim_max > now.rlim_max) both.rlim_cur = both.rlim_max = now.rlim_max;
    return setrlimit(resource, &both);
}

// The room's /tmp and /dev/shm: one tmpfs, so that bytes and inodes of both together have one hard cap.
static int make_tmp(const char *path, uint64_t bytes, uint64_t inodes) {
    char options[96], folder[4096];
    snprintf(options, sizeof options, "mode=0755,size=%llu,nr_inodes=%llu", (unsigned long long)bytes, (unsigned long long)inodes + 3);
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return -1;
    // Private now, so only here. bwrap reads the whole list of mounts for each of its binds, and half of a host's lie below /sys, of
    // which no room sees anything.
    umount2("/sys", MNT_DETACH);
    if (mount("room", path, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0) return -1;
    static const char *const names[] = {"tmp", "shm"};
    for (int i = 0; i < 2; i++) {
        snprintf(folder, sizeof folder, "%s/%s", path, names[i]);
        if (mkdir(folder, 0700) < 0 || chmod(folder, 01777) < 0) return -1;
    }
    return 0;
}

// A user namespace that belongs to `uid`, in which `uid` is root: only bwrap running as `uid` can enter it, and then has every
// capability in it and none outside. Users 1 … count−1 are host users of their own, and nobody (65534) is the last of them.
static int make_user_namespace(uint32_t uid, uint64_t first, uint64_t count) {
    int made[2], done[2];
    if (count < 2 || pipe2(made, O_CLOEXEC) < 0 || pipe2(done, O_CLOEXEC) < 0) return -1;
    pid_t holder = fork();
    if (holder < 0) return -1;
    if (holder == 0) {
        char byte = 0;
        // This process has one thread and makes one holder: nobody else has an end of these pipes, so closing ours ends it for certain.
        close(done[1]);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0 || unshare(CLONE_NEWUSER) < 0) byte = 1;
        (void)!write(made[1], &byte, 1);
        (void)!read(done[0], &byte, 1);
        _exit(0);
    }
    close(made[1]);
    close(done[0]);
    char failed = 1, path[64], map[160];
    int handle = -1;
    if (read(made[0], &failed, 1) == 1 && !failed) {
        int size = snprintf(map, sizeof map, "0 %u 1\n1 %llu %llu\n65534 %llu 1\n", uid, (unsigned long long)first,
                            (unsigned long long)count - 1, (unsigned long long)(first + count - 1));
        int written = 1;
        static const char *const files[] = {"uid_map", "gid_map"};
        for (int i = 0; i < 2; i++) {
            snprintf(path, sizeof path, "/proc/%d/%s", holder, files[i]);
            int fd = open(path, O_WRONLY | O_CLOEXEC);
            if (fd < 0 || write(fd, map, (size_t)size) != size) written = 0;
            if (fd >= 0) close(fd);
        }
        snprintf(path, sizeof path, "/proc/%d/ns/user", holder);
        if (written) handle = open(path, O_RDONLY | O_CLOEXEC);
    }
    int error = errno;
    close(done[1]);
    close(made[0]);
    while (waitpid(holder, NULL, 0) < 0 && errno == EINTR) {}
    errno = error;
    return handle;
}

static _Noreturn void fail(int report, const char *step) {
    struct failure failure = {.error = errno};
    strncpy(failure.step, step, sizeof failure.step - 1);
    (void)!write(report, &failure, sizeof failure);
    _exit(127);
}

// Runs in the forked child and ends in bwrap. `text` is: path of bwrap, path of /tmp's mount point, bwrap's options, command.
static _Noreturn void become_room(const struct request *request, char *text, int *descriptors, int count, int report, int status, pid_t launcher) {
    char *end = text + request->text_size, *cursor = text;
    char *bwrap = cursor;
    cursor += strlen(cursor) + 1;
    char *tmp = cursor;
    cursor += strlen(cursor) + 1;
    char *options = cursor;
    cursor += request->options_size;

    if (setsid() < 0 && errno != EPERM) fail(report, "setsid");
    if ((request->flags & FLAG_USER)) put("/proc/self/oom_score_adj", "500");
    if ((request->flags & FLAG_JOIN_NETWORK) && setns(descriptors[FD_NETWORK], CLONE_NEWNET) < 0) fail(report, "join network");
    if ((request->flags & FLAG_LOOPBACK) && loopback_up() < 0) fail(report, "bring lo up");
    if ((request->flags & FLAG_TMP) && make_tmp(tmp, request->tmp_bytes, request->tmp_inodes) < 0) fail(report, "mount /tmp");
    struct rlimit none = {0, 0}, stack = {8u << 20, 64u << 20};
    if (setrlimit(RLIMIT_CORE, &none) < 0 || limit(RLIMIT_NOFILE, request->open_files) < 0 || limit(RLIMIT_FSIZE, request->file_size) < 0 ||
        limit(RLIMIT_NPROC, request->processes) < 0 || limit(RLIMIT_CPU, request->cpu_seconds) < 0 ||
        setrlimit(RLIMIT_STACK, &stack) < 0 || limit(RLIMIT_MEMLOCK, 64u << 10) < 0 || limit(RLIMIT_MSGQUEUE, 800u << 10) < 0)
        fail(report, "set resource limits");

    // The options go by descriptor: /proc/1/cmdline is readable in the room and must not show the host's paths.
    int arguments = memfd_create("arguments", MFD_CLOEXEC);
    if (arguments < 0 || write(arguments, options, request->options_size) != (ssize_t)request->options_size || lseek(arguments, 0, SEEK_SET) < 0)
        fail(report, "write arguments");
    int total = BWRAP_DESCRIPTORS, users = -1;
    if (request->flags & FLAG_BUILDER) {
        if ((users = make_user_namespace(request->uid, request->users_first, request->users_count)) < 0) fail(report, "make users");
        total = BWRAP_MOST_DESCRIPTORS;
    }
    int sources[BWRAP_MOST_DESCRIPTORS] = {descriptors[FD_INPUT], descriptors[FD_OUTPUT], descriptors[FD_ERROR], descriptors[FD_SECCOMP_CALLS],
                                           descriptors[FD_SECCOMP_ARGUMENTS], arguments, status, users};
    (void)count;
    // First above every target, then down: no collision whatever the numbers are. dup2 clears close-on-exec.
    if ((report = fcntl(report, F_DUPFD_CLOEXEC, 32)) < 0) _exit(127);
    for (int i = 0; i < total; i++)
        if ((sources[i] = fcntl(sources[i], F_DUPFD_CLOEXEC, 32)) < 0) fail(report, "arrange descriptors");
    for (int i = 0; i < total; i++)
        if (dup2(sources[i], i) < 0) fail(report, "arrange descriptors");
    syscall(SYS_close_range, (unsigned)total, (unsigned)report - 1, 0u);
    syscall(SYS_close_range, (unsigned)report + 1, ~0u, 0u);

    char **argv = calloc(request->command_count + 5u, sizeof *argv);
    if (!argv) fail(report, "allocate");
    unsigned filled = 0;
    argv[filled++] = "bwrap";
    argv[filled++] = "--args";
    argv[filled++] = "5";
    argv[filled++] = "--";
    for (unsigned i = 0; i < request->command_count; i++) {
        if (cursor >= end) {
            errno = EINVAL;
            fail(report, "read command");
        }
        argv[filled++] = cursor;
        cursor += strlen(cursor) + 1;
    }

    if (request->flags & FLAG_USER) {
        if (setgroups(0, NULL) < 0 || setresgid(request->uid, request->uid, request->uid) < 0 ||
            setresuid(request->uid, request->uid, request->uid) < 0)
            fail(report, "drop to the room's user");
    }
    // After setresuid, which clears it.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) fail(report, "tie to the launcher");
    if (getppid() != launcher) _exit(127);
    umask(022);
    char *environment[] = {NULL};
    execve(bwrap, argv, environment);
    fail(report, "start bwrap");
}

static void answer(int socket, struct reply *reply) {
    reply->magic = MAGIC;
    (void)!send(socket, reply, sizeof *reply, MSG_NOSIGNAL);
}

// Waits for bwrap; a byte or an end of file on the socket kills it.
static int wait_for(pid_t child, int socket) {
    int status = 0, handle = (int)syscall(SYS_pidfd_open, child, 0), told = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        struct pollfd watched[2] = {{.fd = handle, .events = POLLIN}, {.fd = told ? -1 : socket, .events = POLLIN}};
        if (poll(watched, 2, handle < 0 ? 5 : -1) < 0) continue;
        if (watched[1].revents) {
            told = 1;
            kill(child, SIGKILL);
        }
    }
    return status;
}

// Everything bwrap left: its pid 1 was told to die with it; a bwrap killed before it could say so is helped here.
static void reap_rest(void) {
    for (int round = 0;; round++) {
        pid_t pid;
        while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {}
        if (pid < 0 && errno == ECHILD) return;
        if (round >= 20) {
            int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
            char text[4096];
            ssize_t size = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
            if (fd >= 0) close(fd);
            text[size > 0 ? size : 0] = 0;
            for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) kill((pid_t)atol(word), SIGKILL);
        }
        usleep(round < 20 ? 100 : 2000);
    }
}

static int serve(int own_network, int tied) {
    // A keeper's launcher dies with it also while its room is frozen, when it could not see the end of its socket. Never for others:
    // the signal comes when the thread ends that started the launcher.
    if (tied && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return 74;
    // The supervisor's messenger must outlive a room that is out of memory.
    if (geteuid() == 0) put("/proc/self/oom_score_adj", "-1000");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    signal(SIGPIPE, SIG_IGN);
    if (own_network && unshare(CLONE_NEWNET) < 0) return 72;

    struct request request;
    int descriptors[FD_COUNT], count = 0;
    for (int i = 0; i < FD_COUNT; i++) descriptors[i] = -1;
    int socket = 0;
    char *text = receive(socket, &request, descriptors, &count);
    int failures[2], statuses[2];
    struct reply reply = {.kind = REPLY_ENDED};
    if (count < FD_NETWORK || pipe2(failures, O_CLOEXEC) < 0 || pipe2(statuses, O_CLOEXEC) < 0) return 73;

    pid_t launcher = getpid(), child = fork();
    if (child == 0) become_room(&request, text, descriptors, count, failures[1], statuses[1], launcher);
    close(failures[1]);
    close(statuses[1]);
    for (int i = 0; i < count; i++) close(descriptors[i]);
    if (child < 0) {
        reply.error = errno;
        strcpy(reply.step, "fork");
        answer(socket, &reply);
        return 0;
    }
    reply.wait_status = wait_for(child, socket);
    struct failure failure;
    if (read(failures[0], &failure, sizeof failure) == sizeof failure) {
        reply.error = failure.error;
        memcpy(reply.step, failure.step, sizeof reply.step);
    }
    // bwrap writes the exit code here only when the command's exec succeeded. Its pid 1 may still hold the other end.
    fcntl(statuses[0], F_SETFL, O_NONBLOCK);
    char json[512];
    ssize_t size = read(statuses[0], json, sizeof json - 1);
    json[size > 0 ? size : 0] = 0;
    reply.started = strstr(json, "\"exit-code\"") != NULL;
    answer(socket, &reply);
    reap_rest();
    struct rusage use;
    if (getrusage(RUSAGE_CHILDREN, &use) == 0) {
        reply.cpu_microseconds = (uint64_t)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000u + (uint64_t)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
        reply.peak_kibibytes = (uint64_t)use.ru_maxrss;
    }
    reply.kind = REPLY_REAPED;
    answer(socket, &reply);
    return 0;
}

// The first program of a room with a terminal, seen there as /run/terminal: gives COMMAND a session with its standard input as
// controlling terminal. In the room rather than before bubblewrap: the terminal's signals then go to the room's processes alone
// (an interrupt would end bubblewrap, and with it everything), and the session has a number in the room's process namespace.
static int run_in_terminal(char **command) {
    if (setsid() < 0 || ioctl(0, TIOCSCTTY, 0) < 0) return 126;
    execvp(command[0], command);
    // As a shell answers for a command that is missing, or there and not a program.
    return errno == ENOENT ? 127 : 126;
}

int main(int count, char **arguments) {
    // Installed under another name it is only the attacks of `provost doctor`: rooms see it as /probe NAME [AMOUNT].
    const char *name = count ? strrchr(arguments[0], '/') : NULL;
    if (name && strcmp(name, "/probe") == 0) return count >= 2 ? probe(arguments[1], count >= 3 ? atol(arguments[2]) : 0) : 64;
    if (name && strcmp(name, "/terminal") == 0) return count >= 2 ? run_in_terminal(arguments + 1) : 64;
    if (count >= 2 && strcmp(arguments[1], "--serve") == 0) {
        int network = 0, tied = 0;
        for (int i = 2; i < count; i++) {
            network |= strcmp(arguments[i], "--network") == 0;
            tied |= strcmp(arguments[i], "--tied") == 0;
        }
        return serve(network, tied);
    }
    static const char usage[] = "provost-launch is started by provostd; see the comment on top of its source.\n";
    (void)!write(2, usage, sizeof usage - 1);
    return 64;
}
