package import ProvostCore
package final class ResultChannel: Sendable {
    package init(path: String, owner: RoomUser, onCall: @escaping @Sendable (ChannelCall) async -> UInt8) throws(ProvostError) {}
    package func close() async {}
}
package final class ChannelCall: Sendable { package let program = ""; package let arguments: [String] = []; package func requestInput(path: String?) {} ; package var input: AsyncStream<[UInt8]> { fatalError() } ; package func write(output: [UInt8]) {} ; package func write(error: [UInt8]) {}; package func writeFile(_ path: String, _ bytes: [UInt8]) {}; package func onHangUp(_ action: @escaping @Sendable () -> Void) {} }
extension Sandbox { package func doctor() async -> [DoctorCheck] { [] } }
