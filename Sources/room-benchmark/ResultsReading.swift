import Glibc
import ProvostCore

/// How long a `results.json` of a Gradescope autograder takes, from its bytes to the record: reading, checking, sharing the points out.
struct ResultsReading {
    private let bytes: [UInt8]

    /// Throws `notFound` when the file cannot be read.
    init(file: String) throws(ProvostError) {
        let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ProvostError(.notFound, "\(file) cannot be read.") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        self.bytes = bytes
    }

    /// For deploy/benchmarks, as `Measurement.answer`: for each line on standard input the milliseconds of one reading, of them those of CPU
    /// time, and the number of tests in the record.
    func answer() throws {
        while readLine() != nil {
            let (begin, processor) = (Measurement.now(), Measurement.now(of: CLOCK_THREAD_CPUTIME_ID))
            let report = try GradescopeResults.read(bytes)
            let record = try report.record(points: Points(whole: 100), isolation: .shared, bonus: false)
            let taken = Measurement.now() - begin
            RoomBenchmark.say("\(taken) \(Measurement.now(of: CLOCK_THREAD_CPUTIME_ID) - processor) \(record.tests.count)")
        }
    }
}
