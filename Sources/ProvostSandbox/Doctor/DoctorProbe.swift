import Glibc
import ProvostCore

/// One attack of `doctor`: what runs in the room, and how to tell that the limit held.
struct DoctorProbe: Sendable {
    let subject: String
    let mechanism: @Sendable (_ cgroups: String?) -> String
    let command: [String]
    var limits = RoomLimits(
        wallTime: .seconds(30), cpuTime: .seconds(20), memory: .mebibytes(64), processes: 16, disk: .mebibytes(1), inodes: 64,
        output: .kibibytes(16))
    let held: @Sendable (RoomResult) -> Bool
    let evidence: @Sendable (RoomResult) -> String

    /// Copies the launcher to where rooms can see it: started as `/probe NAME AMOUNT` it is nothing but the attacks.
    static func install(_ launcher: String, in tools: String) throws(ProvostError) -> String {
        let target = tools + "/probe"
        try RoomFiles.install(launcher, as: target)
        return target
    }

    private static func summary(_ result: RoomResult) -> String {
        let words = String(decoding: result.output.prefix(300), as: UTF8.self).split(separator: "\n").joined(separator: "; ")
        return words.isEmpty ? "held" : words
    }

    private static func cgroup(_ controller: String, without: String = "none") -> @Sendable (String?) -> String {
        { $0.map { "\($0) \(controller)" } ?? without }
    }

    static let all: [DoctorProbe] = [
        DoctorProbe(
            subject: "memory", mechanism: cgroup("memory controller, no swap"), command: ["/probe", "memory", "268435456"],
            held: { $0.report.stoppedBy == .memory },
            evidence: {
                "256 MiB asked for with a limit of 64 MiB: stopped, peak \($0.report.peakMemory.map(\.description) ?? "not counted here")"
            }),
        DoctorProbe(
            subject: "processes", mechanism: cgroup("pids controller"), command: ["/probe", "forks", "200"],
            held: { $0.report.ending == .exited(0) && $0.report.limitsHit.contains(.processes) }, evidence: summary),
        DoctorProbe(
            subject: "threads", mechanism: cgroup("pids controller"), command: ["/probe", "threads", "200"],
            held: { $0.report.ending == .exited(0) && $0.report.limitsHit.contains(.processes) }, evidence: summary),
        DoctorProbe(
            subject: "CPU time", mechanism: cgroup("CPU accounting, supervisor", without: "RLIMIT_CPU, for each process"),
            command: ["/probe", "spin"],
            // On a busy machine it takes long until a second of CPU time is used up, which is the smallest that RLIMIT_CPU knows.
            limits: RoomLimits(wallTime: .seconds(120), cpuTime: TimeSpan(milliseconds: 300)),
            held: { $0.report.stoppedBy == .cpuTime },
            evidence: {
                "an endless loop with 300 ms allowed: stopped after \($0.report.cpuTime.map(\.description) ?? "?") of CPU time"
            }),
        DoctorProbe(
            subject: "CPU share", mechanism: cgroup("cpu controller"), command: ["/probe", "spin"],
            limits: RoomLimits(wallTime: TimeSpan(milliseconds: 1000), cpuTime: .seconds(10), cpuMillis: 200),
            // Using little proves nothing on a busy machine: it has to have been held back.
            held: {
                $0.report.stoppedBy == .wallTime && ($0.report.throttledTime.map { $0.milliseconds > 0 } ?? false)
                    && ($0.report.cpuTime.map { (1..<500).contains($0.milliseconds) } ?? false)
            },
            evidence: { "200 thousandths of a CPU for 1 s: used \($0.report.cpuTime.map(\.description) ?? "?")" }),
        DoctorProbe(
            subject: "wall time", mechanism: { _ in "supervisor" }, command: ["/bin/sleep", "60"],
            limits: RoomLimits(wallTime: TimeSpan(milliseconds: 300)),
            // The supervisor itself may have to wait for the machine.
            held: { $0.report.stoppedBy == .wallTime && $0.report.wallTime.milliseconds < 30_000 },
            evidence: { "a minute's sleep with 300 ms allowed: stopped after \($0.report.wallTime)" }),
        DoctorProbe(
            subject: "output", mechanism: { _ in "bounded capture" }, command: ["/probe", "flood", "4194304"],
            held: { $0.output.count == 16 << 10 && $0.report.droppedOutput == 4_194_304 - (16 << 10) },
            evidence: { "4 MiB written: \($0.output.count) bytes kept, \($0.report.droppedOutput) dropped and counted" }),
        DoctorProbe(
            subject: "disk", mechanism: { _ in "tmpfs with size; all else read-only" }, command: ["/probe", "disk", "4194304"],
            held: { $0.report.ending == .exited(0) || $0.report.limitsHit.contains(.disk) }, evidence: summary),
        DoctorProbe(
            subject: "files", mechanism: { _ in "tmpfs with nr_inodes" }, command: ["/probe", "inodes", "1000"],
            held: { $0.report.ending == .exited(0) }, evidence: summary),
        DoctorProbe(
            subject: "network", mechanism: { _ in "empty network namespace" }, command: ["/probe", "network"],
            held: { $0.report.ending == .exited(0) }, evidence: summary),
        DoctorProbe(
            subject: "host files", mechanism: { _ in "mount namespace, host user" },
            command: [
                "/bin/sh", "-c",
                "for f in /root /home /etc/shadow /etc/ssh /var/lib /boot /sys /run/systemd; do [ -e $f ] && echo $f && exit 1; done; exit 0",
            ],
            held: { $0.report.ending == .exited(0) }, evidence: { _ in "no home, no shadow file, no /sys, no daemon state" }),
        DoctorProbe(
            subject: "privileges", mechanism: { _ in "seccomp, no capabilities, no_new_privs, no nested user namespaces" },
            command: ["/probe", "privileges"], held: { $0.report.ending == .exited(0) }, evidence: summary),
        DoctorProbe(
            subject: "setuid programs", mechanism: { _ in "no_new_privs, nosuid, user namespace" },
            command: [
                "/bin/sh", "-c",
                "[ \"$(/bin/su root -c 'id -u' </dev/null 2>/dev/null)\" != 0 ] && grep -q 'NoNewPrivs:.1' /proc/self/status",
            ],
            held: { $0.report.ending == .exited(0) }, evidence: { _ in "su gives no root; no_new_privs is set" }),
        DoctorProbe(
            subject: "left processes", mechanism: { _ in "process namespace" }, command: ["/probe", "orphan"],
            held: { $0.report.ending == .exited(0) && $0.report.wallTime.milliseconds < 25_000 },
            evidence: { "a daemonised process holding the output was gone \($0.report.wallTime) after the start" }),
    ]
}
