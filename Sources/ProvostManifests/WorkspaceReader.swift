import ProvostCore

/// Reads `workspace` of `lab.yaml`.
enum WorkspaceReader {
    /// The defaults when there is none. Throws `invalid` with file, line and column.
    static func workspace(_ file: YAMLMapping) throws(ProvostError) -> WorkspaceManifest {
        var workspace = WorkspaceManifest()
        guard let mapping = try file.mapping("workspace") else { return workspace }
        try mapping.allow(["network", "allow", "limits", "image", "shell"])
        workspace.network = try mapping.choice("network", WorkspaceManifest.Network.self) ?? workspace.network
        for destination in try mapping.texts("allow") ?? [] {
            do throws(ProvostError) { _ = try NetworkDestination(parsing: destination) } catch {
                throw mapping.mistake(at: "allow", error.message)
            }
            workspace.allow.append(destination)
        }
        guard workspace.allow.count <= 100 else { throw mapping.mistake(at: "allow", "at most 100 networks and names") }
        if workspace.network != .egress, mapping.keys.contains("allow") {
            throw mapping.mistake(at: "allow", "“allow” is for “network: egress” only")
        }
        if let limits = try mapping.mapping("limits") {
            try limits.allow(["cpus", "memory", "processes", "disk", "files"])
            workspace.cpuMillis = try limits.value("cpus", ManifestReader.cpus)
            workspace.memory = try limits.value(
                "memory", ManifestReader.bytes(in: ByteCount.mebibytes(16)...ByteCount.gibibytes(4096)))
            workspace.processes = try limits.whole("processes", in: 8...100_000)
            workspace.disk = try limits.value(
                "disk", ManifestReader.bytes(in: ByteCount.mebibytes(16)...ByteCount.gibibytes(16_384)))
            workspace.files = try limits.whole("files", in: 100...100_000_000)
        }
        workspace.image = try ImageReader.image(mapping)
        workspace.shell = try mapping.value("shell", shell) ?? workspace.shell
        return workspace
    }

    /// An absolute path in the room.
    private static func shell(_ text: String) throws(ProvostError) -> String {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard text.hasPrefix("/"), text.utf8.count <= 1024, !text.utf8.contains(0), parts.count > 1,
            !parts.dropFirst().contains(where: { ["", ".", ".."].contains($0) })
        else { throw ProvostError(.invalid, "“\(text)” must be a program's full path in the workspace, like /bin/bash") }
        return text
    }
}
