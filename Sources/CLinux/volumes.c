// What workspaces' volumes need of Linux: loop devices, mounts with mapped owners, freezing, cloning.
#define _GNU_SOURCE 1
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RESULT(call) ({ __auto_type result_ = (call); result_ < 0 ? -errno : result_; })

const int32_t clinux_seek_data = SEEK_DATA;
const int32_t clinux_seek_hole = SEEK_HOLE;

int clinux_loop_attach(int image, int *number) {
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    if (control < 0) return -errno;
    int result = -EBUSY;
    // Between the question for a free device and its configuration another start can take it: EBUSY, and the next is asked for.
    for (int attempt = 0; attempt < 1000 && result == -EBUSY; attempt++) {
        if (attempt > 0) usleep((useconds_t)(500 + 250 * (attempt % 16)));
        int free = ioctl(control, LOOP_CTL_GET_FREE);
        if (free < 0) {
            result = -errno;
            break;
        }
        char path[32];
        snprintf(path, sizeof path, "/dev/loop%d", free);
        int device = open(path, O_RDWR | O_CLOEXEC);
        if (device < 0) {
            // Made, but its node is not there yet, or it is on its way out.
            result = errno == ENOENT || errno == ENXIO || errno == EBUSY ? -EBUSY : -errno;
            continue;
        }
        struct loop_config config = {.fd = (unsigned)image};
        config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
        if (ioctl(device, LOOP_CONFIGURE, &config) == 0) {
            *number = free;
            result = device;
        } else {
            result = -errno;
            close(device);
        }
    }
    close(control);
    return result;
}

int clinux_held_alone(int file) {
    // The kernel gives a lease for writing to the only one who has the file open (fcntl(2), F_SETLEASE). Whoever opens it meanwhile has it
    // broken, which is told with SIGIO: to this thread alone, which does not take it.
    struct f_owner_ex self = {.type = F_OWNER_TID, .pid = (pid_t)syscall(SYS_gettid)}, nobody = {.type = F_OWNER_TID, .pid = 0};
    sigset_t told, before;
    sigemptyset(&told);
    sigaddset(&told, SIGIO);
    if (fcntl(file, F_SETOWN_EX, &self) < 0 || pthread_sigmask(SIG_BLOCK, &told, &before) != 0) return 0;
    int alone = fcntl(file, F_SETLEASE, F_WRLCK) == 0;
    if (alone) {
        fcntl(file, F_SETLEASE, F_UNLCK);
        struct timespec now = {0};
        while (sigtimedwait(&told, NULL, &now) > 0) {}
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    fcntl(file, F_SETOWN_EX, &nobody);
    return alone;
}

int clinux_loop_backed_by(const char *device, int image) {
    struct stat information;
    struct loop_info64 loop;
    if (fstat(image, &information) < 0) return -errno;
    int fd = open(device, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return 0;
    int same = ioctl(fd, LOOP_GET_STATUS64, &loop) == 0 && loop.lo_device == information.st_dev && loop.lo_inode == information.st_ino;
    close(fd);
    return same;
}

// The process that is in the user namespace while its map is written. It has its parent's memory, so that none has to be copied: it writes to
// none of it, and takes no signal, whose handlers would.
static int hold(void *parent) {
    syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    while (syscall(SYS_getppid) == (long)(intptr_t)parent) syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
    return 0;
}

int clinux_user_map(uint32_t inside, uint32_t outside) {
    _Alignas(16) char stack[16384];
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t holder = clone(hold, stack + sizeof stack, CLONE_VM | CLONE_NEWUSER | SIGCHLD, (void *)(intptr_t)getpid());
    int handle = -1, error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (holder < 0) return -error;
    char path[64], map[64];
    int size = snprintf(map, sizeof map, "%u %u 1\n", inside, outside), written = 1;
    static const char *const files[] = {"uid_map", "gid_map"};
    for (int i = 0; i < 2 && written; i++) {
        snprintf(path, sizeof path, "/proc/%d/%s", holder, files[i]);
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, map, (size_t)size) != size) {
            error = errno;
            written = 0;
        }
        if (fd >= 0) close(fd);
    }
    snprintf(path, sizeof path, "/proc/%d/ns/user", holder);
    if (written && (handle = open(path, O_RDONLY | O_CLOEXEC)) < 0) error = errno;
    kill(holder, SIGKILL);
    while (waitpid(holder, NULL, 0) < 0 && errno == EINTR) {}
    return handle < 0 ? -error : handle;
}

// Gives the detached mount its owners and puts it at `target`. Takes `mount` over.
static int place(int mount, const char *target, int users) {
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    if (users >= 0) {
        attributes.attr_set |= MOUNT_ATTR_IDMAP;
        attributes.userns_fd = (uint64_t)users;
    }
    int error = 0;
    if (syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH, &attributes, sizeof attributes) < 0 ||
        syscall(SYS_move_mount, mount, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        error = -errno;
    close(mount);
    return error;
}

int clinux_mount_ext4(const char *device, const char *target, int users) {
    int context = (int)syscall(SYS_fsopen, "ext4", FSOPEN_CLOEXEC);
    if (context < 0) return -errno;
    int error = 0, mount = -1;
    // noinit_itable: the kernel would fill the image's unused tables of inodes with zeros, which it holds already.
    if (syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "source", device, 0) < 0 ||
        syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "errors", "remount-ro", 0) < 0 ||
        syscall(SYS_fsconfig, context, FSCONFIG_SET_FLAG, "noinit_itable", NULL, 0) < 0 ||
        syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ||
        (mount = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOATIME)) < 0)
        error = -errno;
    close(context);
    return error < 0 ? error : place(mount, target, users);
}

int clinux_mount_folder(const char *folder, const char *target, int users) {
    int mount = (int)syscall(SYS_open_tree, AT_FDCWD, folder, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
    return mount < 0 ? -errno : place(mount, target, users);
}

int clinux_unmount_now(const char *target) { return RESULT(umount2(target, UMOUNT_NOFOLLOW)); }

int clinux_mount_namespace(void) {
    if (unshare(CLONE_NEWNS) < 0) return -errno;
    return RESULT(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

int clinux_freeze(int folder) { return RESULT(ioctl(folder, FIFREEZE, 0)); }
int clinux_thaw(int folder) { return RESULT(ioctl(folder, FITHAW, 0)); }
int clinux_trim(int folder) {
    struct fstrim_range all = {.start = 0, .len = UINT64_MAX, .minlen = 0};
    return RESULT(ioctl(folder, FITRIM, &all));
}
int clinux_clone(int from, int into) { return RESULT(ioctl(into, FICLONE, from)); }
int64_t clinux_copy_range(int from, int into, int64_t offset, int64_t size) {
    loff_t reading = offset, writing = offset;
    ssize_t copied;
    do copied = copy_file_range(from, &reading, into, &writing, (size_t)size, 0);
    while (copied < 0 && errno == EINTR);
    return RESULT(copied);
}
int clinux_exchange(const char *one, const char *other) { return RESULT(renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE)); }

int clinux_usage(const char *path, struct clinux_usage *usage) {
    struct statfs information;
    if (statfs(path, &information) < 0) return -errno;
    uint64_t unit = (uint64_t)information.f_bsize;
    usage->bytes = information.f_blocks * unit;
    usage->bytes_used = (information.f_blocks - information.f_bfree) * unit;
    usage->bytes_available = information.f_bavail * unit;
    usage->files = information.f_files;
    usage->files_used = information.f_files - information.f_ffree;
    return 0;
}

void clinux_act_as(uint32_t user) {
    // glibc's two are the plain calls: this thread alone.
    setfsgid(user);
    setfsuid(user);
}

int64_t clinux_spawn_program(const char *path, char *const argv[], int output) {
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
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, output, 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    pid_t pid = 0;
    char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", NULL};
    int error = posix_spawn(&pid, path, &actions, &attributes, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error ? -error : pid;
}
