import Foundation
package import ProvostCore

/// The programs of ours that run inside rooms, copied into the state directory at start: rooms' users can reach them there whatever the
/// permissions of the place they were installed to, and an upgrade under a running daemon does not change them half-way.
package enum Tools {
    /// The commands that INGInious graders call (INGInious doc/teacher_doc/run_file.rst); all are the relay under another name.
    package static let inginiousCommands = [
        "getinput", "run_student", "feedback-result", "feedback-grade", "feedback-msg", "feedback-msg-tpl", "feedback-custom",
        "tag-set", "tag",
        // There to be refused.
        "parsetemplate", "rst-code", "rst-image", "rst-msgblock", "rst-indent", "archive",
    ]

    /// Copies `provost-unpack` and `provost-relay` (as `learner`, `report`, `shared-run` and what INGInious calls) from the
    /// folder where the daemon's own program lies, and the graders' Python library from `graders/lib` nearby.
    ///
    /// The command line goes with them where it is there: workspaces have it.
    ///
    /// Throws `unavailable`, naming what is missing.
    package static func install(from programs: String, into tools: String) throws(ProvostError) {
        let files = FileManager.default
        do {
            try files.createDirectory(atPath: tools + "/grade-bin", withIntermediateDirectories: true)
            try copy("\(programs)/provost-unpack", to: tools + "/provost-unpack", files)
            if files.isExecutableFile(atPath: programs + "/provost") {
                try copy("\(programs)/provost", to: tools + "/provost", files)
            }
            for name in ["learner", "report", "shared-run"] {
                try copy("\(programs)/provost-relay", to: tools + "/grade-bin/" + name, files)
            }
            try files.createDirectory(atPath: tools + "/inginious-bin", withIntermediateDirectories: true)
            for name in inginiousCommands {
                let link = tools + "/inginious-bin/" + name
                if (try? files.destinationOfSymbolicLink(atPath: link)) == nil {
                    // Where a grader's room has the commands.
                    try files.createSymbolicLink(atPath: link, withDestinationPath: "/grade/bin/learner")
                }
            }
            try installLibrary(from: programs, into: tools + "/grade-lib", files)
            for path in [tools, tools + "/grade-bin", tools + "/inginious-bin", tools + "/grade-lib"] {
                try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            }
        } catch let error as ProvostError { throw error } catch {
            throw ProvostError(
                .unavailable, "The programs that rooms need cannot be copied to \(tools): \(error.localizedDescription)",
                cause: error)
        }
    }

    /// The library lies in `share/provost/graders/lib` beside the programs' folder where Provost is installed, and in `graders/lib` of the
    /// source tree that the programs were built in.
    private static func library(near programs: String) -> String? {
        var folder = URL(fileURLWithPath: programs)
        for _ in 0..<6 {
            for place in ["share/provost/graders/lib", "graders/lib"] {
                let candidate = folder.appendingPathComponent(place).path
                if FileManager.default.fileExists(atPath: candidate + "/provost_grader.py") { return candidate }
            }
            folder = folder.deletingLastPathComponent()
        }
        return nil
    }

    private static func installLibrary(from programs: String, into target: String, _ files: FileManager) throws {
        guard let source = library(near: programs) else {
            throw ProvostError(
                .unavailable, "graders/lib (the graders' Python library) is missing near \(programs); install the whole package.")
        }
        try files.createDirectory(atPath: target, withIntermediateDirectories: true)
        let modules = try files.contentsOfDirectory(atPath: source).filter { $0.hasSuffix(".py") }
        for module in modules {
            try? files.removeItem(atPath: target + "/." + module)
            try files.copyItem(atPath: source + "/" + module, toPath: target + "/." + module)
            try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: target + "/." + module)
            guard unsafe rename(target + "/." + module, target + "/" + module) == 0 else {
                throw ProvostError(.unavailable, "\(target)/\(module) cannot be replaced.")
            }
        }
    }

    private static func copy(_ source: String, to target: String, _ files: FileManager) throws {
        guard files.isExecutableFile(atPath: source) else {
            throw ProvostError(.unavailable, "\(source) is missing; install or build the whole package (make build).")
        }
        let temporary = target + ".new"
        try? files.removeItem(atPath: temporary)
        try files.copyItem(atPath: source, toPath: temporary)
        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: temporary)
        guard unsafe rename(temporary, target) == 0 else { throw ProvostError(.unavailable, "\(target) cannot be replaced.") }
    }
}
