/// The rows of the decision table, in words.
public enum DecisionRow {
    /// What the row says; nil for a row that the table does not have.
    public static func sentence(_ row: Int) -> String? { sentences[row] }

    static let sentences: [Int: String] = [
        0: "a one-way run needs no row of the table for this",
        1: "unchanged on both sides",
        2: "changed on the local side only",
        3: "changed on the remote side only",
        4: "new on the local side",
        5: "new on the remote side",
        6: "both sides have it, and it is the same",
        7: "both sides have it with the same size, and their times cannot be compared: the content decides",
        8: "changed on both sides: a conflict, settled by the policy",
        9: "deleted on the local side, unchanged on the remote side",
        10: "deleted on the remote side, unchanged on the local side",
        11: "gone on both sides, or meant to be gone on one",
        12: "deleted on the local side, but changed on the remote side: a change beats a deletion",
        13: "deleted on the remote side, but changed on the local side: a change beats a deletion",
        14: "its folder could not be listed completely, so nothing is known of it",
        15: "a file became a folder on one side",
        16: "a folder became a file on one side, and nothing below it has changed on the other",
        17: "a file met a folder of the same name: both are kept",
        18: "a link or a special file",
        19: "renamed on one side: the same file by its identity there",
        20: "renamed on one side: the only file of this size and time that went and came",
        21: "renamed on both sides to different names: both names are kept",
        22: "its folder was renamed on one side",
        23: "renamed on one side and changed on the other",
        24: "a folder that is new or deleted on one side",
        25: "its name and another one are the same name to the other side",
        26: "the other side cannot hold its name",
        27: "left out by a filter",
        28: "changed a moment ago: perhaps still being written",
        29: "a deletion that was refused before",
        30: "an upload that was refused before",
        31: "the local disk is full",
    ]
}
