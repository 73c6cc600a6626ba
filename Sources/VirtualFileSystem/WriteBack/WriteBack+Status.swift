extension WriteBack {
    func status() -> VolumeStatus.Pending {
        withState { state in
            let oldest = state.files.oldest
            return VolumeStatus.Pending(
                files: state.files.count, bytes: state.files.bytes, uploading: state.running, oldest: oldest?.sequence,
                newest: state.files.newestSequence, since: oldest?.record.rescued,
                lastError: state.lastError.map { "\($0)" })
        }
    }
}
