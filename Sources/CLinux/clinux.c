#define _GNU_SOURCE 1
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>

const int32_t clinux_o_path = O_PATH;
const int32_t clinux_o_tmpfile = O_TMPFILE;
const uint64_t clinux_resolve_beneath = RESOLVE_BENEATH;
const uint64_t clinux_resolve_in_root = RESOLVE_IN_ROOT;
const uint64_t clinux_resolve_no_symlinks = RESOLVE_NO_SYMLINKS;
const uint64_t clinux_resolve_no_magiclinks = RESOLVE_NO_MAGICLINKS;
const uint64_t clinux_resolve_no_xdev = RESOLVE_NO_XDEV;

#define RESULT(call) ({ __auto_type result_ = (call); result_ < 0 ? -errno : result_; })

int clinux_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve};
    long result;
    int attempts = 0;
    // EAGAIN: a rename raced with a resolution beneath; the kernel asks to try again. Not for ever: with O_NONBLOCK it also means
    // that the file is under a lease, which its owner can hold for most of a minute.
    do result = syscall(SYS_openat2, dirfd, path, &how, sizeof how);
    while (result < 0 && ((errno == EAGAIN && ++attempts < 100) || errno == EINTR));
    return (int)RESULT(result);
}

int clinux_memfd(const char *name) { return RESULT(memfd_create(name, MFD_CLOEXEC)); }
int clinux_eventfd(void) { return RESULT(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }
int clinux_eventfd_signal(int fd) { return RESULT(eventfd_write(fd, 1)); }
int clinux_eventfd_clear(int fd) {
    eventfd_t value;
    return eventfd_read(fd, &value) == 0 ? 1 : 0;
}
int clinux_socketpair(int pair[2]) { return RESULT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)); }
int clinux_pipe(int pair[2]) { return RESULT(pipe2(pair, O_CLOEXEC)); }
int clinux_nonblocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -errno : RESULT(fcntl(fd, F_SETFL, flags | O_NONBLOCK));
}

int clinux_terminal(int devpts, int rows, int columns, int64_t owner, int pair[2]) {
    int flags = O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK, ours = -1, theirs = -1, error;
    struct statfs system;
    // Nobody can put a name of their own into a devpts.
    if (devpts >= 0 && fstatfs(devpts, &system) == 0 && system.f_type == DEVPTS_SUPER_MAGIC) ours = openat(devpts, "ptmx", flags);
    if (ours < 0) ours = posix_openpt(flags);
    if (ours < 0) return -errno;
    // By the pair's own descriptor: a name in /dev/pts can belong to another file system.
    if (unlockpt(ours) == 0) theirs = ioctl(ours, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios settings;
    if (theirs >= 0 && clinux_window_size(ours, rows, columns) == 0 && tcgetattr(theirs, &settings) == 0) {
        settings.c_iflag |= IUTF8;
        if (tcsetattr(theirs, TCSANOW, &settings) == 0 && fchmod(theirs, 0600) == 0 &&
            (owner < 0 || fchown(theirs, (uid_t)owner, (gid_t)owner) == 0)) {
            pair[0] = ours;
            pair[1] = theirs;
            return 0;
        }
    }
    error = -errno;
    if (theirs >= 0) close(theirs);
    close(ours);
    return error;
}
int clinux_window_size(int terminal, int rows, int columns) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    return RESULT(ioctl(terminal, TIOCSWINSZ, &size));
}
int clinux_end_of_file(int terminal) {
    struct termios settings;
    if (tcgetattr(terminal, &settings) < 0 || !(settings.c_lflag & ICANON) || settings.c_cc[VEOF] == 0) return -1;
    return settings.c_cc[VEOF];
}

ssize_t clinux_send_descriptors(int socket, const void *bytes, size_t size, const int *descriptors, size_t count) {
    if (count > 16) return -EINVAL;
    union {
        char bytes[CMSG_SPACE(16 * sizeof(int))];
        struct cmsghdr align;
    } control;
    memset(&control, 0, sizeof control);
    struct iovec vector = {.iov_base = (void *)bytes, .iov_len = size};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (count) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
    }
    ssize_t sent;
    do sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return RESULT(sent);
}

ssize_t clinux_send(int socket, const void *bytes, size_t size) {
    ssize_t sent;
    do sent = send(socket, bytes, size, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return RESULT(sent);
}

int64_t clinux_peer_uid(int socket) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) return -errno;
    return (int64_t)peer.uid;
}

static int unix_address(struct sockaddr_un *address, const char *path) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) return -ENAMETOOLONG;
    strcpy(address->sun_path, path);
    return 0;
}

int clinux_listen(const char *path, int backlog) {
    struct sockaddr_un address;
    int error = unix_address(&address, path);
    if (error < 0) return error;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -errno;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, backlog) < 0) {
        error = -errno;
        close(fd);
        return error;
    }
    return fd;
}

int clinux_accept(int socket) { return RESULT(accept4(socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)); }

int clinux_connect(const char *path) {
    struct sockaddr_un address;
    int error = unix_address(&address, path);
    if (error < 0) return error;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        error = -errno;
        close(fd);
        return error;
    }
    return fd;
}

int clinux_mount_tmpfs(const char *target, const char *options) {
    return RESULT(mount("provost", target, "tmpfs", MS_NOSUID | MS_NODEV, options));
}
int clinux_unmount(const char *target) { return RESULT(umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW)); }

int clinux_syncfs(int descriptor) { return RESULT(syncfs(descriptor)); }

int clinux_filesystem(const char *path, uint64_t *free_bytes, uint64_t *free_inodes, int *is_tmpfs) {
    struct statfs information;
    if (statfs(path, &information) < 0) return -errno;
    *free_bytes = (uint64_t)information.f_bavail * (uint64_t)information.f_bsize;
    *free_inodes = (uint64_t)information.f_ffree;
    *is_tmpfs = information.f_type == 0x01021994;
    return 0;
}

int clinux_network_namespace(void) {
    if (unshare(CLONE_NEWNET) < 0) return -errno;
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0) return -errno;
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int error = ioctl(control, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
    close(control);
    if (error < 0) return error;
    return RESULT(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
}

int64_t clinux_spawn(const char *path, char *const argv[], int socket, int keep_error) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_adddup2(&actions, socket, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    if (!keep_error) posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    // A descriptor that somebody else in this process opened without close-on-exec would live on in the launcher, and a
    // reader of that pipe would wait for a room that has nothing to do with it.
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    pid_t pid = 0;
    char *const environment[] = {NULL};
    int error = posix_spawn(&pid, path, &actions, &attributes, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error ? -error : pid;
}

int64_t clinux_wait(int64_t pid, int *status, int no_hang) {
    pid_t result;
    do result = waitpid((pid_t)pid, status, no_hang ? WNOHANG : 0);
    while (result < 0 && errno == EINTR);
    return RESULT(result);
}
int clinux_exit_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
int clinux_term_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : -1; }

int clinux_xattr_byte(const char *path, const char *name) {
    unsigned char value = 0;
    ssize_t size = getxattr(path, name, &value, 1);
    return size < 0 ? -errno : value;
}
