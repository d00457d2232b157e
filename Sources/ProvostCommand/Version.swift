/// The version of this command line, as `provost --version` prints it.
enum Version {
    static let text = "0.1.0"
}
