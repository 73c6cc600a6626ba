import FileModel
import Testing

@testable import FTP

/// The servers of OpenVMS, IBM i and z/OS, whose listings are more than their lines.
@Suite struct HostListingTests {
    // MARK: OpenVMS

    @Test func filesOfVMS() throws {
        let lines = [
            "Directory ANONYMOUS_ROOT:[PUB]", "",
            "00README.TXT;1      2 30-DEC-1996 17:44 [SYSTEM] (RWED,RWED,RE,RE)",
            "CORE.DIR;1          1  8-SEP-1996 16:09 [SYSTEM] (RWE,RWE,RE,RE)",
            "CII-MANUAL.TEX;1  213/216  29-JAN-1996 03:33:12  [ANONYMOU,ANONYMOUS]   (RWED,RWED,,)", "",
            "Total of 3 files, 216 blocks.",
        ]
        #expect(
            try listed(lines) == [
                "- 00README.TXT ~1024 19961230174400", "d CORE 19960908160900",
                "- CII-MANUAL.TEX ~109056 19960129033312",
            ])
        let modes = try listed(lines.joined(separator: "\r\n") + "\r\n").map(\.attributes.permissions)
        #expect(modes == [0o755, 0o755, 0o700])
    }

    @Test func longNamesOfVMSHaveALineOfTheirOwn() throws {
        #expect(
            try listed([
                "A_VERY_LONG_NAME_THAT_DOES_NOT_FIT.TXT;12",
                "                      5/8   21-NOV-2026 04:04:05.00  [G,O]  (RWED,RWED,RE,)", "B.DIR;1",
                "  1  21-NOV-2026 04:04  (RWE,RWE,RE,RE)",
            ]) == ["- A_VERY_LONG_NAME_THAT_DOES_NOT_FIT.TXT ~2560 20261121040405", "d B 20261121040400"])
        for lines in [["A.B;1"], ["A.B;1", "C.D;1  5 21-NOV-2026 04:04"], ["A.B;1", "  nothing to see"]] {
            let error = #expect(throws: StorageError.self) { try listed(lines) }
            #expect(error?.message.contains("'A.B;1") == true, "\(String(describing: error))")
        }
    }

    @Test func theNewestVersionIsShown() throws {
        #expect(
            try listed([
                "A.TXT;10 1 21-NOV-2026 04:04:05", "A.TXT;9 1 20-NOV-2026 04:04:05", "B.DIR;1 1 21-NOV-2026 04:04:05",
                "B.TXT;1 1 19-NOV-2026 04:04:05", "B.TXT;3 1 21-NOV-2026 04:04:05", "B.TXT;2 1 20-NOV-2026 04:04:05",
            ]) == ["- A.TXT ~512 20261121040405", "d B 20261121040405", "- B.TXT ~512 20261121040405"])
    }

    @Test func whatMayNotBeLookedAtIsStillThere() throws {
        #expect(
            try listed([
                "A.TXT;1  %RMS-E-PRV, insufficient privilege or file protection violation",
                "B.DIR;1   insufficient privilege or file protection violation",
                "C.TXT;1   no privilege for attempted operation",
            ]) == ["s A.TXT ?", "d B ?", "s C.TXT ?"])
    }

    @Test func theMasterDirectoryIsNoEntryOfItself() throws {
        #expect(
            try listed(["000000.DIR;1 9 21-NOV-2026 04:04", "X.DIR;1 1 21-NOV-2026 04:04"]) == ["d X 20261121040400"])
    }

    // MARK: IBM i

    @Test func objectsOfIBMi() throws {
        #expect(
            try listed([
                "BAILEYSE     5263360 06/21/97 12:27:39 *FILE      BPTFSAVF",
                "QSYS           77824 02/23/00 15:09:55 *DIR dir/",
                "QPGMR                                  *MEM       QSECOFR.MBR",
                "             5263360 06/11/97 12:27:39 *STMF      a name.txt",
                "QSYS                 06/11/97 12:27:39 *LIB       TOOLS", "QSYS  5 06/11/97 12:27:39 *USRSPC    SPACE",
                "QSYS  5 06/11/97 12:27:39 *FILE      SRC.FILE/",
            ]) == [
                "- BPTFSAVF 5263360 19970621122739", "d dir 20000223150955", "- QSECOFR.MBR ~0 ?",
                "- a name.txt 5263360 19970611122739", "d TOOLS 19970611122739", "s SPACE 19970611122739",
                "d SRC.FILE 19970611122739",
            ])
    }

    /// One date with a day above twelve tells the order of all.
    @Test(arguments: [
        (["06/11/97", "06/21/97"], ["19970611", "19970621"]), (["06/11/97", "21/06/97"], ["19971106", "19970621"]),
        (["06.11.97", "21.06.97"], ["19971106", "19970621"]), (["06/11/07", "97/06/21"], ["20061107", "19970621"]),
        (["97-06-11", "97-06-21"], ["19970611", "19970621"]), (["06/11/07", "07/06/11"], ["?", "?"]),
        (["05/05/05", "05/05/05"], ["20050505", "20050505"]),
    ])
    func theOrderOfADateComesFromTheListing(_ dates: [String], _ expected: [String]) throws {
        let lines = dates.enumerated().map { "OWNER 5 \($1) 00:00:00 *STMF      f\($0)" }
        let found = try listed(lines.joined(separator: "\r\n")).map { entry in
            entry.attributes.modified.map { String(TimeValue.format($0.time).prefix(8)) } ?? "?"
        }
        #expect(found == expected)
    }

    // MARK: z/OS

    @Test func dataSets() throws {
        #expect(
            try listed(
                [
                    "Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname",
                    "APCSPL 3380   1996/03/11  1   38  FB      80  6160  PS  USER.DATA",
                    "SYSRES 3390   2020/11/21  1    5  FB      80 27920  PO  USER.CNTL",
                    "SMS001 3390   2020/11/21  1    5  U        0 32760  PO-E 'USER.LOAD'",
                    "SMS001 3390   2020/11/21  1    5  ?        0     0  VS  USER.KSDS",
                    "Migrated                                                USER.OLD",
                    "Pseudo Directory                                        USER.SUB",
                    "ARCIVE Not Direct Access Device                         USER.ARCHIVED",
                    "SMS001 Not Mounted                                      USER.AWAY",
                    "Error determining attributes                            USER.BROKEN",
                ].filter { !$0.hasPrefix("SMS001 Not") }) == [
                    "- USER.DATA ~0 ?", "d USER.CNTL ?", "d USER.LOAD ?", "s USER.KSDS ?", "- USER.OLD ~0 ?",
                    "d USER.SUB ?", "- USER.ARCHIVED ~0 ?", "s USER.BROKEN ?",
                ])
    }

    @Test func membersOfAPartitionedDataSet() throws {
        #expect(
            try listed([
                " Name     VV.MM   Created       Changed      Size  Init   Mod   Id",
                "ALPHA     01.07 2019/05/01 2020/11/21 16:04    12    10     0 USER1", "BETA",
                "GAMMA     01.00 2019/05/01 2020/11/21 16:04:05 12    10     0 USER1",
            ]) == ["- ALPHA ~0 20201121160400", "- BETA ~0 ?", "- GAMMA ~0 20201121160405"])
        #expect(
            try listed([
                " Name      Size     TTR   Alias-of AC --------- Attributes --------- Amode Rmode",
                "PROGRAM   000968   00003D          00 FO             RN RU            31    ANY",
            ]) == ["- PROGRAM ~0 ?"])
    }

    @Test func jobsAreNoFiles() {
        let error = #expect(throws: StorageError.self) {
            try listed(["JOBNAME  JOBID    OWNER    STATUS CLASS", "USER1A JOB00123 USER1 OUTPUT A"])
        }
        #expect(error?.code == .unsupported && error?.message.contains("FILETYPE=SEQ") == true)
    }

    @Test(arguments: [
        ["Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname", "what is this"],
        [" Name     VV.MM   Created       Changed      Size  Init   Mod   Id", "ALPHA 01.07 nonsense"],
        ["MEMBER"], ["APCSPL 3380   1996/03/11  1   38  FB      80  6160  PS  USER.DATA"],
    ])
    func whatIsNotUnderstoodIsAnError(_ lines: [String]) {
        let error = #expect(throws: StorageError.self) { try listed(lines) }
        #expect(error?.message.contains("'\(lines[lines.count - 1])'") == true)
    }
}
