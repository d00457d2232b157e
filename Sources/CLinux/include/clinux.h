#pragma once
// The few system calls that Swift's Glibc module does not show. Shims, no logic. (Filled by the sandbox and archive work.)
