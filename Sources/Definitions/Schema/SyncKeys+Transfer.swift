/// [delete]
enum DeleteKeys {
    static let mode = Key(
        "mode", ValueFormat<DeleteMode>.choice, default: "trash", "what becomes of a deleted or replaced file")
    static let mirror = Key("mirror", .flag, default: false, "push and pull delete what the source does not have")
    static let max = Key("max", .countLimit, default: "25%", "more deletions than this stop the run before it starts")
    static let trashDays = Key(
        "trash_days", .number(0...36_500), default: 30, "after which the trash is emptied; 0 is never")

    static let schema = TableSchema(
        "delete", "Deletions.",
        keys: [mode.description, mirror.description, max.description, trashDays.description])
}

/// [conflict]
enum ConflictKeys {
    static let policy = Key(
        "policy", ValueFormat<ConflictPolicy>.choice, default: "newer",
        "which side wins where both changed; the other is kept as a copy")

    static let schema = TableSchema("conflict", "Files changed on both sides.", keys: [policy.description])
}

/// [transfer]
enum TransferKeys {
    static let parallel = Key("parallel", .automatic(1...256), default: "auto", "files under way at the same time")
    static let temporaryName = Key(
        "temporary_name", .temporaryName, default: ".{name}.{id}.part",
        "a file's name until it is complete; \"\" writes in place")
    static let resume = Key("resume", .flag, default: true, "continue interrupted transfers of an unchanged file")
    static let verify = Key(
        "verify", ValueFormat<VerificationMode>.choice, default: "size",
        "what proves a transfer; a checksum is the server's, or else the file is read back")
    static let keepTime = Key("keep_mtime", .flag, default: true, "give the copy its source's modification time")
    static let overwrite = Key(
        "overwrite", ValueFormat<OverwritePolicy>.choice, default: "if-different",
        "push and pull: if-different keeps the replaced copy in the trash, always does not")

    static let schema = TableSchema(
        "transfer", "How files travel.",
        keys: [
            parallel.description, temporaryName.description, resume.description, verify.description,
            keepTime.description, overwrite.description,
        ])
}

/// [after]
enum AfterKeys {
    static let source = Key(
        "source", ValueFormat<SourceDisposition>.choice, default: "keep",
        "push and pull: what becomes of a source file after its copy")
    static let deleteEmptyFolders = Key(
        "delete_empty_folders", .flag, default: false, "remove the folders that source = \"delete\" emptied")
    static let triggerFile = Key(
        "trigger_file", .text, default: "", example: "done.flag",
        "written last, at the destination, after a full success")
    static let onSuccess = Key(
        "on_success", ValueFormat.text.list("a program and its arguments as a list"), default: [],
        example: ["/usr/local/bin/notify", "ok"],
        "run after a success, with SYNCCTL_STATUS and other variables about the run")
    static let onFailure = Key(
        "on_failure", ValueFormat.text.list("a program and its arguments as a list"), default: [],
        "the same after anything else but a run that was skipped")

    static let schema = TableSchema(
        "after", "At the end of a run.",
        keys: [
            source.description, deleteEmptyFolders.description, triggerFile.description, onSuccess.description,
            onFailure.description,
        ])
}

extension ValueFormat where Value == String {
    /// Empty, or a name that `{name}` makes readable and `{id}` makes ours.
    fileprivate static let temporaryName = ValueFormat.parsed(
        "\"\" or a name with {name} and {id}, such as \".{name}.{id}.part\""
    ) {
        text throws(ValueProblem) in
        if text.isEmpty { return text }
        let isUsable = text.contains("{name}") && text.contains("{id}") && !text.utf8.contains(UInt8(ascii: "/"))
        return isUsable ? text : nil
    }
}
