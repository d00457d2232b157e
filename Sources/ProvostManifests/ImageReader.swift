import ProvostCore

/// Reads `image` of `grader.yaml` and `lab.yaml`.
enum ImageReader {
    /// The manifest's image; nil when there is none. Throws `invalid` with file, line and column.
    static func image(_ file: YAMLMapping) throws(ProvostError) -> ImageManifest? {
        guard let mapping = try file.mapping("image") else { return nil }
        try mapping.allow(["base", "packages", "setup"])
        var image = ImageManifest(base: try mapping.value("base", ImageManifest.Base.init(parsing:)) ?? .host)
        for package in try mapping.texts("packages") ?? [] {
            do throws(ProvostError) { image.packages.append(try ImageManifest.package(parsing: package)) } catch {
                throw mapping.mistake(at: "packages", error.message)
            }
        }
        guard image.packages.count <= 200 else { throw mapping.mistake(at: "packages", "at most 200 packages") }
        if image.base == .oci, !image.packages.isEmpty {
            throw mapping.mistake(
                at: "packages", "an OCI image brings its own packages; install more in its “setup” script, or build them into it")
        }
        image.setup = try mapping.value("setup", script)
        return image
    }

    /// A script in the manifest's folder; `./` before it is taken away.
    private static func script(_ text: String) throws(ProvostError) -> String {
        let path = text.hasPrefix("./") ? String(text.dropFirst(2)) : text
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !path.isEmpty, !parts.contains(""), !parts.contains("."), !parts.contains(".."), !path.utf8.contains(0),
            !path.hasPrefix("-")
        else { throw ProvostError(.invalid, "“\(text)” must be a script in this folder, like ./setup.sh") }
        return path
    }
}
