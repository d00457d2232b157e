#pragma once
// The few system calls that Swift's Glibc module does not show. Shims, no logic. (Filled by the sandbox and archive work.)

#include <stdint.h>

// openat2(2). Returns a descriptor, or -1 with errno set.
int clinux_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
