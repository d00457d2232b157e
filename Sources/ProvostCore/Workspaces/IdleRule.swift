/// When a workspace that nobody uses is stopped: after a time without a byte from the learner, unless its programs work or it was asked to
/// be kept. Bytes that programs write, watchers and keep-alive packets never count as use.
///
/// Only lengths of time are compared, never two instants of the wall clock, except for the keep-alive, which a person set as an instant.
package enum IdleRule {
    /// How long the learner has to be quiet.
    package static let quietTime = TimeSpan.seconds(3600)
    /// Over which time its programs are watched.
    package static let cpuWindow = TimeSpan.seconds(600)
    /// CPU time in the window below which nothing works: 2 % of one processor.
    package static let cpuThreshold = TimeSpan(milliseconds: cpuWindow.milliseconds / 50)

    /// What was seen of a running workspace.
    package struct Sight: Hashable, Sendable {
        /// How long ago the learner typed or a forwarded connection carried bytes; since the start before anyone did.
        package var quiet: TimeSpan
        /// CPU time in the last `cpuWindow`; nil: it has not been watched that long, or this machine does not count.
        package var cpu: TimeSpan?
        package var keepAliveUntil: Timestamp?
        package var now: Timestamp

        package init(quiet: TimeSpan, cpu: TimeSpan?, keepAliveUntil: Timestamp?, now: Timestamp) {
            self.quiet = quiet
            self.cpu = cpu
            self.keepAliveUntil = keepAliveUntil
            self.now = now
        }
    }

    package struct Verdict: Hashable, Sendable {
        /// Idle, and over the time: stop it.
        package var stops: Bool
        /// When it will be stopped if nothing changes; nil: not, as long as its programs work.
        package var deadline: Timestamp?
        /// For people: why it will be stopped then, or why not.
        package var cause: String
    }

    /// `idleAfter` is what the operator set; nil: workspaces never count as idle.
    package static func verdict(_ sight: Sight, idleAfter: TimeSpan? = quietTime) -> Verdict {
        guard let idleAfter else {
            return Verdict(stops: false, deadline: nil, cause: "This server does not stop idle workspaces.")
        }
        let quiet = max(.seconds(0), sight.quiet)
        let deadline = sight.now + max(.seconds(0), TimeSpan(milliseconds: idleAfter.milliseconds - quiet.milliseconds))
        let silence = "no input for \(quiet)"
        if let keep = sight.keepAliveUntil, keep > sight.now, keep > deadline {
            return Verdict(
                stops: false, deadline: keep, cause: "It is kept until \(keep), as asked; before that idleness does not stop it.")
        }
        guard quiet >= idleAfter else {
            return Verdict(
                stops: false, deadline: deadline,
                cause: "It is stopped after \(idleAfter) without input, unless its programs work; now \(silence).")
        }
        guard let cpu = sight.cpu else {
            return Verdict(
                stops: false, deadline: sight.now + cpuWindow,
                cause: "There is \(silence); its programs are watched for \(cpuWindow) before it is stopped.")
        }
        guard cpu < cpuThreshold else {
            return Verdict(
                stops: false, deadline: nil,
                cause: "There is \(silence), but its programs used \(cpu) of CPU time in the last \(cpuWindow).")
        }
        return Verdict(
            stops: true, deadline: sight.now,
            cause: "Idle: \(silence), and its programs used \(cpu) of CPU time in the last \(cpuWindow).")
    }
}
