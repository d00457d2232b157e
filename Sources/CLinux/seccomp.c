// The seccomp filters of a room, made with libseccomp. Two programs, because libseccomp takes one comparison for each
// argument in a rule, and the kernel obeys the stricter of both:
//
//   calls      allow-list by number. Anything not on it, also any call that a newer kernel adds, is ENOSYS, which every
//              libc takes as "not here, use the older way"; calls that programs probe for and must not have are EPERM.
//   arguments  default allow; refuses namespace flags of clone, socket families, and terminal and file ioctls.
//
// Both cover x86-64 and i386 where that is the machine (natively otherwise); any other ABI, x32 among them, is killed.
#define _GNU_SOURCE 1
#include "clinux.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const allowed[] = {
    // processes, threads, signals
    "arch_prctl", "capget", "capset", "clone", "execve", "execveat", "exit", "exit_group", "fork", "vfork", "futex", "futex_time64",
    "futex_waitv", "futex_wait", "futex_wake", "futex_requeue", "get_robust_list", "set_robust_list", "get_thread_area",
    "set_thread_area", "set_tid_address", "set_tls", "getcpu", "getpgid", "getpgrp", "getpid", "getppid", "getpriority", "setpriority",
    "getrlimit", "ugetrlimit", "setrlimit", "prlimit64", "getrusage", "getsid", "gettid", "kill", "tkill", "tgkill", "membarrier",
    "modify_ldt", "personality", "pidfd_open", "pidfd_send_signal", "pause", "prctl", "restart_syscall", "rseq", "rt_sigaction",
    "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "rt_sigtimedwait_time64",
    "rt_tgsigqueueinfo", "sigaction", "sigaltstack", "signal", "signalfd", "signalfd4", "sigpending", "sigprocmask", "sigreturn",
    "sigsuspend", "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr", "sched_getparam",
    "sched_getscheduler", "sched_rr_get_interval", "sched_rr_get_interval_time64", "sched_setaffinity", "sched_setattr",
    "sched_setparam", "sched_setscheduler", "sched_yield", "seccomp", "setpgid", "setsid", "uname", "wait4", "waitid", "waitpid",
    "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "riscv_flush_icache", "cacheflush", "breakpoint",
    // users (mapped: one uid and gid)
    "getegid", "getegid32", "geteuid", "geteuid32", "getgid", "getgid32", "getgroups", "getgroups32", "getresgid", "getresgid32",
    "getresuid", "getresuid32", "getuid", "getuid32", "setfsgid", "setfsgid32", "setfsuid", "setfsuid32", "setgid", "setgid32",
    "setgroups", "setgroups32", "setregid", "setregid32", "setresgid", "setresgid32", "setresuid", "setresuid32", "setreuid",
    "setreuid32", "setuid", "setuid32",
    // memory
    "brk", "get_mempolicy", "set_mempolicy", "mbind", "madvise", "process_madvise", "mincore", "mlock", "mlock2", "mlockall", "mmap",
    "mmap2", "mprotect", "mremap", "msync", "munlock", "munlockall", "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect",
    "remap_file_pages", "memfd_create", "memfd_secret", "mseal", "map_shadow_stack", "cachestat",
    // files
    "access", "faccessat", "faccessat2", "chdir", "fchdir", "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "chown32", "fchown",
    "fchown32", "fchownat", "lchown", "lchown32", "chroot", "close", "close_range", "creat", "copy_file_range", "dup", "dup2", "dup3",
    "fadvise64", "fadvise64_64", "arm_fadvise64_64", "fallocate", "fcntl", "fcntl64", "fdatasync", "flock", "fstat", "fstat64",
    "fstatat64", "newfstatat", "fstatfs", "fstatfs64", "fsync", "ftruncate", "ftruncate64", "futimesat", "getcwd", "getdents",
    "getdents64", "getxattr", "fgetxattr", "lgetxattr", "listxattr", "flistxattr", "llistxattr", "removexattr", "fremovexattr",
    "lremovexattr", "setxattr", "fsetxattr", "lsetxattr", "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch",
    "ioctl", "link", "linkat", "lseek", "_llseek", "lstat", "lstat64", "mkdir", "mkdirat", "mknod", "mknodat", "open", "openat",
    "openat2", "pread64", "preadv", "preadv2", "pwrite64", "pwritev", "pwritev2", "read", "readahead", "readlink", "readlinkat",
    "readv", "rename", "renameat", "renameat2", "rmdir", "sendfile", "sendfile64", "splice", "stat", "stat64", "statfs", "statfs64",
    "statx", "symlink", "symlinkat", "sync", "sync_file_range", "sync_file_range2", "syncfs", "tee", "truncate", "truncate64",
    "umask", "unlink", "unlinkat", "utime", "utimensat", "utimensat_time64", "utimes", "vmsplice", "write", "writev", "oldfstat",
    "oldlstat", "oldstat",
    // waiting, time
    "adjtimex", "alarm", "clock_adjtime", "clock_adjtime64", "clock_getres", "clock_getres_time64", "clock_gettime",
    "clock_gettime64", "clock_nanosleep", "clock_nanosleep_time64", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old",
    "epoll_pwait", "epoll_pwait2", "epoll_wait", "epoll_wait_old", "eventfd", "eventfd2", "getitimer", "setitimer", "gettimeofday",
    "nanosleep", "_newselect", "poll", "ppoll", "ppoll_time64", "pselect6", "pselect6_time64", "select", "time", "timer_create",
    "timer_delete", "timer_getoverrun", "timer_gettime", "timer_gettime64", "timer_settime", "timer_settime64", "timerfd_create",
    "timerfd_gettime", "timerfd_gettime64", "timerfd_settime", "timerfd_settime64", "times", "getrandom", "sysinfo",
    // talking: sockets (families are checked in the other program), pipes, System V and POSIX queues (own IPC namespace)
    "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen", "recv", "recvfrom", "recvmmsg",
    "recvmmsg_time64", "recvmsg", "send", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown", "socket", "socketpair", "pipe",
    "pipe2", "ipc", "msgctl", "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop", "semtimedop_time64", "shmat",
    "shmctl", "shmdt", "shmget", "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedreceive_time64", "mq_timedsend",
    "mq_timedsend_time64", "mq_unlink", "io_cancel", "io_destroy", "io_getevents", "io_pgetevents", "io_pgetevents_time64", "io_setup",
    "io_submit", "ioprio_get", "ioprio_set",
};

// Not on the list either, but programs ask for them and report EPERM better than ENOSYS.
static const char *const refused[] = {
    "acct", "add_key", "bpf", "delete_module", "fanotify_init", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick",
    "get_kernel_syms", "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp",
    "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "migrate_pages", "mount", "mount_setattr", "move_mount",
    "move_pages", "name_to_handle_at", "nfsservctl", "open_by_handle_at", "open_tree", "perf_event_open", "pidfd_getfd", "pivot_root",
    "process_vm_readv", "process_vm_writev", "ptrace", "quotactl", "quotactl_fd", "reboot", "request_key", "setdomainname",
    "sethostname", "setns", "settimeofday", "stime", "clock_settime", "clock_settime64", "swapoff", "swapon", "syslog", "umount",
    "umount2", "unshare", "userfaultfd", "ustat", "uselib", "vhangup", "vm86", "vm86old",
};

static const unsigned long refused_requests[] = {
    TIOCSTI,     // types into a terminal
    0x541c,      // TIOCLINUX: the same on a console
    TIOCSETD,    // gives a terminal another line discipline: loads a kernel module that nobody else exercises
    0x401c5820,  // FS_IOC_FSSETXATTR: leaves a project quota
    0x5000940e,  // BTRFS_IOC_SUBVOL_CREATE, SNAP_CREATE(_V2), SUBVOL_CREATE_V2: leave a qgroup
    0x50009401, 0x50009417, 0x50009418,
};

static int add_name(scmp_filter_ctx filter, uint32_t action, const char *name) {
    int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) return 0;  // a call that this libseccomp does not know yet is ENOSYS anyway
    int error = seccomp_rule_add(filter, action, number, 0);
    return error == -EEXIST || error == -EDOM ? 0 : error;
}

static int start(scmp_filter_ctx *filter, uint32_t action) {
    *filter = seccomp_init(action);
    if (!*filter) return -ENOMEM;
#ifdef __x86_64__
    int error = seccomp_arch_add(*filter, SCMP_ARCH_X86);
    if (error < 0) return error;
#endif
    // bubblewrap sets no_new_privs itself.
    seccomp_attr_set(*filter, SCMP_FLTATR_CTL_NNP, 0);
    return seccomp_attr_set(*filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
}

static int finish(scmp_filter_ctx filter, int error, int *descriptor) {
    if (error >= 0) {
        int fd = memfd_create("seccomp", MFD_CLOEXEC);
        if (fd < 0) {
            error = -errno;
        } else if ((error = seccomp_export_bpf(filter, fd)) < 0) {
            close(fd);
        } else {
            *descriptor = fd;
        }
    }
    if (filter) seccomp_release(filter);
    return error < 0 ? error : 0;
}

static int calls_filter(int *descriptor) {
    scmp_filter_ctx filter = NULL;
    int error = start(&filter, SCMP_ACT_ERRNO(ENOSYS));
    for (size_t i = 0; error >= 0 && i < sizeof allowed / sizeof *allowed; i++) error = add_name(filter, SCMP_ACT_ALLOW, allowed[i]);
    for (size_t i = 0; error >= 0 && i < sizeof refused / sizeof *refused; i++)
        error = add_name(filter, SCMP_ACT_ERRNO(EPERM), refused[i]);
    return finish(filter, error, descriptor);
}

static int arguments_filter(int *descriptor) {
    scmp_filter_ctx filter = NULL;
    int error = start(&filter, SCMP_ACT_ALLOW);
    static const unsigned long namespaces[] = {CLONE_NEWNS,  CLONE_NEWUTS, CLONE_NEWIPC,   CLONE_NEWUSER,
                                               CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP};
    for (size_t i = 0; error >= 0 && i < sizeof namespaces / sizeof *namespaces; i++) {
#if defined(__s390__) || defined(__s390x__)
        struct scmp_arg_cmp flags = SCMP_A1(SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i]);
#else
        struct scmp_arg_cmp flags = SCMP_A0(SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i]);
#endif
        error = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, &flags);
    }
    for (size_t i = 0; error >= 0 && i < sizeof refused_requests / sizeof *refused_requests; i++) {
        // The kernel looks at 32 bits of the request; a comparison of 64 could be passed by setting a high bit.
        struct scmp_arg_cmp request = SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, refused_requests[i]);
        error = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1, &request);
    }
    for (unsigned family = 0; error >= 0 && family < 64; family++) {
        if (family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK) continue;
        struct scmp_arg_cmp domain = SCMP_A0(SCMP_CMP_MASKED_EQ, 0xffffffffu, family);
        error = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, &domain);
        // i386 may not have the call with arguments to compare; it has no "socketcall" on the list of calls either.
        if (error == -EINVAL || error == -EDOM) error = 0;
    }
    // Netlink only for routes (getaddrinfo and if_nameindex use it): no audit, netfilter, or crypto configuration.
    for (int protocol = 1; error >= 0 && protocol < 32; protocol++) {
        struct scmp_arg_cmp both[2] = {SCMP_A0(SCMP_CMP_MASKED_EQ, 0xffffffffu, AF_NETLINK),
                                       SCMP_A2(SCMP_CMP_MASKED_EQ, 0xffffffffu, (unsigned)protocol)};
        error = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPROTONOSUPPORT), SCMP_SYS(socket), 2, both);
        if (error == -EINVAL || error == -EDOM) error = 0;
    }
    return finish(filter, error, descriptor);
}

int clinux_seccomp_filters(int *calls, int *arguments) {
    int error = calls_filter(calls);
    if (error < 0) return error;
    error = arguments_filter(arguments);
    if (error < 0) close(*calls);
    return error;
}
