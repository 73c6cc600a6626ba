import FileModel
import NIOCore

/// When commands may leave before the server has told the end of a transfer.
///
/// They are to reach the server right behind the end. vsftpd lets earlier ones wait; ProFTPD denies those that open a data
/// connection or rename (`Reply.isDenialInTransfer`), and they are sent again. Others it carries out at once, and answers
/// them before the transfer: they must not go ahead.
struct FollowingLead {
    /// From our word to the server's answer.
    let roundTrip: Duration
    /// How much later than the end they should arrive.
    let margin: Duration
    /// Our half of a download's data connection is closed at once: ProFTPD keeps its 226 back until it has seen that.
    let closesEarly: Bool
}

extension DataTransfer {
    /// The data connection of a download stands: the server sends once its end stands too, and has the command.
    func downloadOpened() {
        guard machine.direction == .download, let lead else { return }
        if lead.closesEarly { closeOutput() }
        sendEarly(lead)
    }

    /// Our last byte has left.
    func uploadEnded() {
        guard machine.direction == .upload, let lead else { return }
        sendEarly(lead)
    }

    /// Not before the server's end of the data connection can stand.
    private func sendEarly(_ lead: FollowingLead) {
        guard let commandSent else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        let delay = max(.zero, lead.roundTrip - (.now - commandSent)) + lead.margin
        loop.scheduleTask(in: TimeAmount(delay)) {
            let transfer = bound.value
            if !transfer.isOver, !transfer.isBrokenOff { transfer.sendEarly() }
        }
    }

    private func sendEarly() {
        gap?.open()
        early?.send()
        early = nil
    }

    /// The last byte of a download is here.
    func sendFollowing() {
        guard !isBrokenOff else { return }
        early?.send()
        following?.send()
    }
}
