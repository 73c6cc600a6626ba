import Testing

/// The program as its users run it, against real servers.
///
/// One at a time: each keeps a machine of two cores busy, and some promises are about time.
@Suite(.serialized)
struct Scenarios {}
