// The attacks of `provost doctor` and of the tests: each tries to break one limit from inside a room and says what it saw.
#define _GNU_SOURCE 1
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int memory(long bytes) {
    for (long done = 0; done < bytes; done += 1 << 20) {
        char *page = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) return printf("mmap refused at %ld MiB\n", done >> 20), 0;
        memset(page, 1, 1 << 20);
    }
    return printf("touched %ld MiB\n", bytes >> 20), 1;
}

static int forks(long count) {
    for (long made = 0; made < count; made++) {
        pid_t child = fork();
        if (child < 0) return printf("%ld children, then %s\n", made, strerror(errno)), 0;
        if (child == 0) pause(), _exit(0);
    }
    return printf("%ld children\n", count), 1;
}

static void *sleeper(void *unused) {
    pause();
    return unused;
}

static int threads(long count) {
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    for (long made = 0; made < count; made++) {
        pthread_t thread;
        int error = pthread_create(&thread, &small, sleeper, NULL);
        if (error) return printf("%ld threads, then %s\n", made, strerror(error)), 0;
    }
    return printf("%ld threads\n", count), 1;
}

static int spin(void) {
    volatile unsigned long count = 0;
    while (count + 1) count++;
    return 1;
}

// Writes `bytes` into one file of each place; broken when one takes all.
static int disk(long bytes) {
    static const char *const places[] = {"/tmp", "/dev/shm", "/", "/dev", "/usr", "/etc", "/work"};
    static char block[65536];
    int broken = 0;
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/fill", places[i]);
        int fd = open(path, O_CREAT | O_WRONLY | O_EXCL, 0600);
        if (fd < 0) continue;
        long done = 0;
        for (ssize_t wrote; done < bytes && (wrote = write(fd, block, sizeof block)) > 0;) done += wrote;
        printf("%s: %ld KiB%s\n", places[i], done >> 10, done < bytes ? ", then full" : "");
        if (done >= bytes) broken = 1;
        close(fd);
        unlink(path);
    }
    return broken;
}

static int inodes(long count) {
    static const char *const places[] = {"/tmp", "/dev/shm", "/work"};
    int broken = 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        long made = 0;
        for (; made < count; made++) {
            char path[64];
            snprintf(path, sizeof path, "%s/%ld", places[i], made);
            int fd = open(path, O_CREAT | O_WRONLY, 0600);
            if (fd < 0) break;
            close(fd);
        }
        if (made) printf("%s: %ld files\n", places[i], made);
        if (made >= count) broken = 1;
    }
    return broken;
}

static int flood(long bytes) {
    static char block[65536];
    memset(block, 'x', sizeof block);
    for (long left = bytes; left > 0;) {
        ssize_t wrote = write(1, block, left < (long)sizeof block ? (size_t)left : sizeof block);
        if (wrote <= 0) return 0;
        left -= wrote;
    }
    return 1;
}

// Reaches for an address outside, the link-local metadata service, and the host's loopback.
static int network(void) {
    static const char *const addresses[] = {"1.1.1.1", "169.254.169.254"};
    for (size_t i = 0; i < 2; i++) {
        int fd = socket(AF_INET, SOCK_DGRAM, 0);
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};
        inet_pton(AF_INET, addresses[i], &address.sin_addr);
        if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return printf("a route to %s\n", addresses[i]), 1;
        close(fd);
    }
    return puts("no route out"), 0;
}

// Listens on loopback and connects to itself: 0 when that works, 1 when not.
static int loopback(void) {
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    if (bind(server, (struct sockaddr *)&address, size) < 0 || listen(server, 1) < 0) return perror("listen"), 1;
    getsockname(server, (struct sockaddr *)&address, &size);
    return connect(client, (struct sockaddr *)&address, size) < 0 ? (perror("connect"), 1) : 0;
}

static int privileges(void) {
    int broken = 0;
#define REFUSED(name, call)                              \
    do {                                                 \
        errno = 0;                                       \
        if ((long)(call) >= 0) broken = 1, puts("allowed: " name); \
    } while (0)
    REFUSED("unshare(CLONE_NEWUSER)", unshare(CLONE_NEWUSER));
    REFUSED("unshare(CLONE_NEWNS)", unshare(CLONE_NEWNS));
    REFUSED("clone(CLONE_NEWUSER)", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
    REFUSED("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
    REFUSED("setuid(0)", setuid(0));
    REFUSED("ptrace", ptrace(PTRACE_TRACEME, 0, 0, 0));
    REFUSED("keyctl", syscall(SYS_keyctl, 0, -3, 1));
    REFUSED("bpf", syscall(SYS_bpf, 0, 0, 0));
    REFUSED("perf_event_open", syscall(SYS_perf_event_open, 0, 0, -1, -1, 0));
    REFUSED("userfaultfd", syscall(SYS_userfaultfd, 0));
    REFUSED("io_uring_setup", syscall(SYS_io_uring_setup, 1, 0));
    REFUSED("process_vm_readv", syscall(SYS_process_vm_readv, getpid(), 0, 0, 0, 0, 0));
    REFUSED("open_by_handle_at", syscall(SYS_open_by_handle_at, 0, 0, 0));
    REFUSED("raw socket", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
    REFUSED("packet socket", socket(AF_PACKET, SOCK_DGRAM, 0));
    REFUSED("vsock", socket(AF_VSOCK, SOCK_STREAM, 0));
    REFUSED("TIOCSTI", ioctl(0, TIOCSTI, "x") == 0 || errno != EPERM ? 0 : -1);
    REFUSED("FS_IOC_FSSETXATTR", ioctl(0, 0x401c5820, 0) == 0 || errno != EPERM ? 0 : -1);
    REFUSED("clone3", syscall(SYS_clone3, 0, 0) >= 0 || errno != ENOSYS ? 0 : -1);
    return broken ? 1 : (puts("all refused"), 0);
}

// Leaves a process behind in a session of its own that ignores what it can and holds standard output.
static int orphan(void) {
    pid_t child = fork();
    if (child < 0) return 2;
    if (child > 0) return 0;
    setsid();
    for (int number = 1; number < 32; number++) signal(number, SIG_IGN);
    if (fork() > 0) _exit(0);
    for (;;) sleep(1);
}

int probe(const char *name, long amount) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    static const struct {
        const char *name;
        int (*plain)(void);
        int (*sized)(long);
    } attacks[] = {
        {"memory", NULL, memory}, {"forks", NULL, forks},     {"threads", NULL, threads},       {"spin", spin, NULL},
        {"disk", NULL, disk},     {"inodes", NULL, inodes},   {"flood", NULL, flood},           {"network", network, NULL},
        {"loopback", loopback, NULL}, {"privileges", privileges, NULL}, {"orphan", orphan, NULL},
    };
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++)
        if (strcmp(attacks[i].name, name) == 0) return attacks[i].plain ? attacks[i].plain() : attacks[i].sized(amount);
    return 64;
}
