import Foundation
import Synchronization

/// The machine's clock as a daemon and its command lines see it: a library that is loaded before all others adds a number of seconds, which a
/// test changes, to what the kernel says. Clocks that never step, by which lengths of time are measured, stay as they are, as when a
/// person sets the clock. Needs gcc.
final class SettableClock: Sendable {
    private let folder: String
    private let added = Mutex(Int64(0))
    let environment: [String: String]

    /// `folder` is one that everyone can pass through.
    init(in folder: String) throws {
        self.folder = folder
        environment = ["LD_PRELOAD": folder + "/clock.so", "TEST_CLOCK": folder + "/clock"]
        try Data(Self.source.utf8).write(to: URL(fileURLWithPath: folder + "/clock.c"))
        try Data(count: 8).write(to: URL(fileURLWithPath: folder + "/clock"))
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/gcc")
        compiler.arguments = ["-shared", "-fPIC", "-O1", "-o", folder + "/clock.so", folder + "/clock.c"]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw DaemonFailure(description: "the clock's library was not compiled") }
    }

    var now: Date { Date().addingTimeInterval(TimeInterval(added.withLock { $0 })) }

    /// Forward, or back, by seconds.
    func step(_ seconds: Int64) throws {
        try added.withLock { added in
            added += seconds
            // In its place: it is mapped into the memory of those who look.
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/clock"))
            try file.write(contentsOf: unsafe withUnsafeBytes(of: added) { unsafe Data($0) })
            try file.close()
        }
    }

    /// To a number of seconds from an instant.
    func set(_ seconds: TimeInterval, from instant: Date) throws {
        try step(Int64((instant.timeIntervalSince(now) + seconds).rounded()))
    }

    private static let source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdint.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>

        static int64_t nothing;
        static volatile int64_t *added = &nothing;

        __attribute__((constructor)) static void begin(void) {
            const char *path = getenv("TEST_CLOCK");
            int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
            if (file < 0) return;
            void *memory = mmap(0, sizeof *added, PROT_READ, MAP_SHARED, file, 0);
            close(file);
            if (memory != MAP_FAILED) added = memory;
        }
        int clock_gettime(clockid_t clock, struct timespec *time) {
            int result = syscall(SYS_clock_gettime, clock, time);
            if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += *added;
            return result;
        }
        int gettimeofday(struct timeval *restrict value, void *restrict zone) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            value->tv_sec = now.tv_sec;
            value->tv_usec = now.tv_nsec / 1000;
            return 0;
        }
        time_t time(time_t *result) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            if (result) *result = now.tv_sec;
            return now.tv_sec;
        }
        """
}
