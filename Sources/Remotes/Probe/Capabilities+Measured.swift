import FileModel
import RemoteFileSystem

extension Capabilities {
    /// What was seen to hold counts more than what the server says of itself.
    mutating func adopt(_ measured: MeasuredServer) {
        atomicReplace = measured.renamesOver
        resumableRead = measured.readsFromOffset
        resumableWrite = measured.writesAtOffset
        modificationTimeSetter = measured.timeSetter.flatMap(ModificationTimeSetter.init(rawValue:))
    }
}
