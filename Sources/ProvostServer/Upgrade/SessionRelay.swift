import NIOCore

/// One end of two joined connections on one event loop: what arrives here leaves there. Nothing is read while the other end cannot take it,
/// so that memory is bounded by what one read holds; an end of input is passed on and leaves the other direction open.
final class SessionRelay: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var partner: SessionRelay?
    private var context: ChannelHandlerContext?
    private var pendingRead = false
    private var inputClosed = false

    /// To be called on the event loop of both.
    static func pair() -> (SessionRelay, SessionRelay) {
        let (one, other) = (SessionRelay(), SessionRelay())
        one.partner = other
        other.partner = one
        return (one, other)
    }

    private var canTake: Bool { context?.channel.isWritable ?? false }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        partner?.readIfPending()
    }
    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        partner = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let there = partner?.context else { return }
        there.write(data, promise: nil)
    }
    func channelReadComplete(context: ChannelHandlerContext) { partner?.context?.flush() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { partner?.readIfPending() }
        context.fireChannelWritabilityChanged()
    }

    /// Asked for after each read, as `autoRead` does.
    func read(context: ChannelHandlerContext) {
        if partner?.canTake == true { context.read() } else { pendingRead = true }
    }
    private func readIfPending() {
        guard pendingRead, let context, partner?.canTake == true else { return }
        pendingRead = false
        context.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            inputClosed = true
            if let there = partner?.context {
                there.flush()
                there.close(mode: .output, promise: nil)
            }
        case is ChannelShouldQuiesceEvent:
            // The daemon stops. What runs there goes on, and its owner can attach again.
            end()
        default: context.fireUserInboundEventTriggered(event)
        }
    }
    func channelInactive(context: ChannelHandlerContext) {
        endPartner()
        context.fireChannelInactive()
    }
    /// A reset connection: nothing can be saved of it.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { end() }

    private func endPartner() {
        guard let there = partner?.context else { return }
        partner?.partner = nil
        partner = nil
        // After what was written before it.
        let channel = there.channel
        there.writeAndFlush(NIOAny(ByteBuffer())).whenComplete { _ in channel.close(promise: nil) }
    }
    private func end() {
        let here = context
        endPartner()
        here?.close(promise: nil)
    }
}
