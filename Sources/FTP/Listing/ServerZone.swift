/// How a clock on the wall goes: seconds since 1970-01-01T00:00:00 shown there, and moments.
public struct ServerZone: Sendable {
    /// The moment at which the clock shows a time.
    let moment: @Sendable (_ wall: Int64) -> Int64
    /// What the clock shows at a moment.
    let wall: @Sendable (_ moment: Int64) -> Int64

    /// A zone with rules of its own, such as summer time.
    public init(
        moment: @escaping @Sendable (_ wall: Int64) -> Int64, wall: @escaping @Sendable (_ moment: Int64) -> Int64
    ) {
        self.moment = moment
        self.wall = wall
    }

    /// A clock that is ahead of UTC by so many seconds all the year.
    public static func fixed(_ offset: Int) -> ServerZone {
        ServerZone(moment: { $0 - Int64(offset) }, wall: { $0 + Int64(offset) })
    }

    public static let utc = fixed(0)
}
