import ConformanceTests
import Testing

/// Every remote keeps the contract on every real server.
///
/// One at a time: some promises are about time, and the machine may have two cores only.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct RemoteConformanceTests {
    @Suite(.remote(ServedRemote.sftpServerProgram))
    struct SFTPServerProgram {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.openSSHClient))
    struct OpenSSHClient {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.libSSH2))
    struct LibSSH2 {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.dropbear))
    struct Dropbear {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.proFTPDSFTP))
    struct ProFTPDSFTP {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.asyncSSH))
    struct AsyncSSH {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.paramiko))
    struct Paramiko {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    /// No extension, no errors but "failure", listings of bare names, short reads.
    @Suite(.remote(ServedRemote.spartan))
    struct SpartanSFTP {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.proFTPDPlain))
    struct ProFTPDPlain {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.proFTPDExplicit))
    struct ProFTPDExplicit {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.proFTPDImplicit))
    struct ProFTPDImplicit {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.proFTPDDigest))
    struct ProFTPDDigest {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.vsftpdPlain))
    struct VSFTPDPlain {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.vsftpdExplicit))
    struct VSFTPDExplicit {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.pureFTPdPlain))
    struct PureFTPdPlain {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.pureFTPdExplicit))
    struct PureFTPdExplicit {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.pyftpdlibPlain))
    struct PyFTPdPlain {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.pyftpdlibExplicit))
    struct PyFTPdExplicit {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }

    @Suite(.remote(ServedRemote.pyftpdlibOldest))
    struct PyFTPdOldest {
        @Test(arguments: ConformanceCheck.all)
        func conforms(_ check: ConformanceCheck) async throws {
            try await check.run(on: #require(RemoteTrait.current))
        }
    }
}
