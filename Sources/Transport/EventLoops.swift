public import NIOCore
import NIOPosix

/// The event loops that every connection of the process shares.
public enum EventLoops {
    public static let group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton

    /// The next loop in turn; a connection and its handlers stay on one.
    public static func next() -> any EventLoop { group.next() }
}
