#pragma once
// The Linux system calls that Swift's Glibc module does not show. Shims, no logic: each returns what the call
// returned, or the negative errno.
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

// Flags as plain constants: Swift does not import the macros behind O_PATH and its kin.
extern const int32_t clinux_o_path;
extern const int32_t clinux_o_tmpfile;
extern const int32_t clinux_seek_data;
extern const int32_t clinux_seek_hole;
extern const uint64_t clinux_resolve_beneath;
extern const uint64_t clinux_resolve_in_root;
extern const uint64_t clinux_resolve_no_symlinks;
extern const uint64_t clinux_resolve_no_magiclinks;
extern const uint64_t clinux_resolve_no_xdev;

/// openat2(2). `flags` are O_… flags, `resolve` RESOLVE_… flags. Returns a descriptor (O_CLOEXEC is always added). EAGAIN after
/// many attempts: the tree changes all the time, or the file is under a lease.
int clinux_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);

/// memfd_create(2), close-on-exec.
int clinux_memfd(const char *name);
/// eventfd(2), close-on-exec and non-blocking.
int clinux_eventfd(void);
/// Adds one to an eventfd; never blocks. Safe from any thread.
int clinux_eventfd_signal(int fd);
/// Reads and clears an eventfd. Returns 1 when it was set, 0 when not.
int clinux_eventfd_clear(int fd);
/// A connected pair of Unix stream sockets, close-on-exec.
int clinux_socketpair(int pair[2]);
/// pipe2(2), close-on-exec.
int clinux_pipe(int pair[2]);
/// Sets O_NONBLOCK.
int clinux_nonblocking(int fd);

/// A new terminal: `pair` is our end (non-blocking) and the program's, both close-on-exec. The program's end has this size and
/// belongs to user and group `owner` (stays ours when negative), mode 0600. It is of the devpts that the folder `devpts` is, so that it has
/// its name where that is mounted; of this machine's when `devpts` is negative, no devpts, or gives no more.
int clinux_terminal(int devpts, int rows, int columns, int64_t owner, int pair[2]);
/// Sets a terminal's size; its foreground processes get SIGWINCH.
int clinux_window_size(int terminal, int rows, int columns);
/// The character that means the end of input on this terminal, or −1 when it has no such meaning now (not in canonical mode).
int clinux_end_of_file(int terminal);

/// Sends `size` bytes with `count` descriptors (at most 16) on a Unix socket; never raises SIGPIPE.
/// The descriptors travel with the first byte. Returns bytes sent, which may be fewer than `size`.
ssize_t clinux_send_descriptors(int socket, const void *bytes, size_t size, const int *descriptors, size_t count);
/// send(2) with MSG_NOSIGNAL. Returns bytes sent.
ssize_t clinux_send(int socket, const void *bytes, size_t size);
/// The uid of the process at the other end of a connected Unix socket, or a negative errno.
int64_t clinux_peer_uid(int socket);
/// A listening Unix stream socket at `path` (which must not exist), close-on-exec, non-blocking.
int clinux_listen(const char *path, int backlog);
/// accept4(2), close-on-exec and non-blocking.
int clinux_accept(int socket);
/// connect(2) to a Unix stream socket at `path`, close-on-exec.
int clinux_connect(const char *path);

/// Mounts a tmpfs: nosuid, nodev, `options` as in mount(8) (`size=…,nr_inodes=…,mode=…`).
int clinux_mount_tmpfs(const char *target, const char *options);
/// umount2(2) with MNT_DETACH and UMOUNT_NOFOLLOW.
int clinux_unmount(const char *target);
/// syncfs(2).
int clinux_syncfs(int descriptor);
/// Free bytes and free inodes of the file system that `path` lies on, and whether it is a tmpfs.
int clinux_filesystem(const char *path, uint64_t *free_bytes, uint64_t *free_inodes, int *is_tmpfs);

/// Gives the open image a free loop device, which the kernel takes away by itself when nobody has it open or mounted any more.
/// Returns a descriptor of the device and its number; asks again when another took it first.
int clinux_loop_attach(int image, int *number);
/// 1 when nobody but the caller has the file open, in this or any other way: no process, no loop device. 0 when somebody has, or when the file
/// system cannot tell. `file` must be open for reading and writing. Who opens the file in this very moment waits for microseconds.
int clinux_held_alone(int file);
/// 1 when the loop device at this path stands on the same file as `image`.
int clinux_loop_backed_by(const char *device, int image);
/// A user namespace in which only user and group `inside` exist and are `outside` here. Waits for a short-lived process. Needs root.
int clinux_user_map(uint32_t inside, uint32_t outside);
/// Mounts an ext4 device: nosuid, nodev, noatime; owners mapped by the user namespace unless `users` is negative.
int clinux_mount_ext4(const char *device, const char *target, int users);
/// Mounts a folder, without what is mounted in it: nosuid, nodev, owners as above.
int clinux_mount_folder(const char *folder, const char *target, int users);
/// umount2(2) with UMOUNT_NOFOLLOW: EBUSY while something uses it.
int clinux_unmount_now(const char *target);
/// Gives the calling thread a mount namespace of its own, from which nothing spreads to the machine's.
int clinux_mount_namespace(void);
/// FIFREEZE, FITHAW and FITRIM of the file system that the open folder lies on.
int clinux_freeze(int folder);
int clinux_thaw(int folder);
int clinux_trim(int folder);
/// FICLONE: `into` becomes a copy of `from` that shares its blocks; EOPNOTSUPP where the file system cannot.
int clinux_clone(int from, int into);
/// copy_file_range(2) to the same place in the other file. Returns the bytes copied, 0 at the end of `from`.
int64_t clinux_copy_range(int from, int into, int64_t offset, int64_t size);
/// renameat2(2) with RENAME_EXCHANGE.
int clinux_exchange(const char *one, const char *other);

/// What a file system holds; `available` is what is left for others than root.
struct clinux_usage {
    uint64_t bytes, bytes_used, bytes_available, files, files_used;
};
/// statfs(2).
int clinux_usage(const char *path, struct clinux_usage *usage);
/// From here the calling thread reaches files as this user and group, without root's rights over them.
void clinux_act_as(uint32_t user);
/// Starts a host's program: no input, `output` as its output and error, a session of its own, default signals, PATH and LC_ALL alone.
int64_t clinux_spawn_program(const char *path, char *const argv[], int output);

/// Gives the calling thread a network namespace of its own with only `lo`, up, and returns a descriptor for it.
/// The thread stays in it: call this on a thread that ends afterwards.
int clinux_network_namespace(void);

/// Moves the calling thread into the network namespace; it stays there.
int clinux_join_network(int handle);
/// Gives the interface an IPv4 address (here and below: a number whose highest byte is the first) and brings it up. ENODEV when there is none.
int clinux_interface_up(const char *name, uint32_t address, int prefix);
/// Adds a route by a gateway, or one that refuses when `gateway` is 0. A route that is there already is no error.
int clinux_route(uint32_t address, int prefix, uint32_t gateway);
/// This machine's IPv4 addresses, at most `most`. Returns how many.
int clinux_own_addresses(uint32_t *addresses, int most);
/// The IPv4 addresses of a name. Waits for the network. Returns how many; ENOENT when there is none.
int clinux_look_up(const char *name, uint32_t *addresses, int most);

/// Starts `path` with descriptor `socket` as its standard input, /dev/null as output and error (error is ours when
/// `keep_error`), in a session of its own, default signals, an empty environment. Returns the pid.
int64_t clinux_spawn(const char *path, char *const argv[], int socket, int keep_error);
/// waitpid(2), restarted after signals. Returns the pid (0 with `no_hang` when it still runs) and the raw status.
int64_t clinux_wait(int64_t pid, int *status, int no_hang);
/// The parts of a wait status: −1 when it was ended by a signal / by an exit.
int clinux_exit_status(int status);
int clinux_term_signal(int status);

/// A connected pair of Unix sockets that keep messages apart, close-on-exec.
int clinux_packetpair(int pair[2]);
/// One message, without waiting, and at most one descriptor with it (−1 when there is none), close-on-exec.
ssize_t clinux_receive_descriptor(int socket, void *bytes, size_t size, int *descriptor);
/// A descriptor that becomes readable when the file changes (inotify).
int clinux_watch_changes(const char *path);

/// An extended attribute's first byte, or a negative errno.
int clinux_xattr_byte(const char *path, const char *name);

/// The seccomp filters of a room as BPF programs in two memfds (see seccomp.c). Returns 0 or a negative errno.
int clinux_seccomp_filters(int *calls, int *arguments);

#ifdef __cplusplus
}
#endif
