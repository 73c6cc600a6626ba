/// The protocol family, as status codes and messages name it.
public enum ProtocolFamily: String, Hashable, Sendable, Codable {
    case ftp, sftp
}

/// The result of a transfer, a run or a connection test, as users and their scripts read it.
public enum StatusCode: String, Hashable, Sendable, Codable, CaseIterable {
    case ok = "OK"
    case fileMissing = "FILE_MISSING"
    case uploadFailed = "UPLOAD_FAILED"
    case ftpLoginFailed = "FTP_LOGIN_FAILED"
    case sftpLoginFailed = "SFTP_LOGIN_FAILED"
    case incorrectFTPFolder = "INCORRECT_FTP_FOLDER"
    case incorrectSFTPFolder = "INCORRECT_SFTP_FOLDER"
    case ftpPasvFailed = "FTP_PASV_FAILED"
    case ftpConnectionTimeout = "FTP_CONNECTION_TIMEOUT"
    case sftpConnectionTimeout = "SFTP_CONNECTION_TIMEOUT"

    /// The code for an error met on a server of `family`; the sub-reason is the error's own `code`.
    public init(_ error: StorageError, family: ProtocolFamily) {
        switch error.code {
        case .loginFailed:
            self = family == .ftp ? .ftpLoginFailed : .sftpLoginFailed
        case .rootMissing:
            self = family == .ftp ? .incorrectFTPFolder : .incorrectSFTPFolder
        case .dataConnectionFailed:
            self = family == .ftp ? .ftpPasvFailed : .sftpConnectionTimeout
        case .unreachable, .timedOut, .tooManyConnections, .proxyRefused, .tlsFailed, .hostKeyRejected, .configuration:
            self = family == .ftp ? .ftpConnectionTimeout : .sftpConnectionTimeout
        default:
            self = .uploadFailed
        }
    }
}
