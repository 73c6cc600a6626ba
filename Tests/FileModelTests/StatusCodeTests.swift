import FileModel
import Testing

@Suite struct StatusCodeTests {
    @Test(arguments: [
        (StorageError.Code.loginFailed, StatusCode.ftpLoginFailed, StatusCode.sftpLoginFailed),
        (.rootMissing, .incorrectFTPFolder, .incorrectSFTPFolder),
        (.dataConnectionFailed, .ftpPasvFailed, .sftpConnectionTimeout),
        (.unreachable, .ftpConnectionTimeout, .sftpConnectionTimeout),
        (.hostKeyRejected, .ftpConnectionTimeout, .sftpConnectionTimeout),
        (.noSpace, .uploadFailed, .uploadFailed),
        (.corrupted, .uploadFailed, .uploadFailed),
    ])
    func mapsErrors(_ code: StorageError.Code, _ ftp: StatusCode, _ sftp: StatusCode) {
        #expect(StatusCode(StorageError(code, ""), family: .ftp) == ftp)
        #expect(StatusCode(StorageError(code, ""), family: .sftp) == sftp)
    }

    @Test func aSessionFaultIsNotAPathsFault() {
        for code in StorageError.Code.allCases where StorageError(code, "").isTransient && code != .busy {
            #expect(StorageError(code, "").isSessionFault, "\(code)")
        }
    }

    @Test func theServersReplyIsQuotedOnce() {
        let error = StorageError(.notFound, "/a does not exist", serverReply: "550 no")
        #expect(error.description == "/a does not exist (server: 550 no)")
        #expect(StorageError(.failed, "it said 550 no", serverReply: "550 no").description == "it said 550 no")
    }
}
