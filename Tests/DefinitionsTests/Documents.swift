/// The definitions that the documentation shows; they must stay valid.
enum Documents {
    static let mount = #"""
        [remote]
        url = "ftpes://reports@ftp.example.com:21/outgoing"  # ftp:// if-available · ftpes:// explicit · ftps:// implicit · sftp:// ; or protocol/host/port/user/path keys
        address_family = "any"            # any | ipv4 | ipv6
        bind = ""                         # local address of outgoing connections
        max_connections = 25              # the hard cap for everything that uses this remote
        max_download_streams = 8
        max_upload_streams = 8
        timeout = "10s"                   # per command
        connect_timeout = "10s"
        idle_timeout = "60s"              # close unused pooled connections
        keepalive = "30s"
        rate_limit = { down = "0", up = "0" }

        [remote.auth]
        anonymous = false
        account = ""                      # ACCT
        password_file = "credentials/prod"    # or password_command = ["pass", "show", "ftp/prod"], password_env, credential (systemd), netrc = "~/.netrc", password
        #methods = ["agent", "publickey", "keyboard-interactive", "password"]   # sftp
        #identity_files = ["~/.ssh/id_ed25519"]
        #passphrase_file = ""

        [remote.tls]
        mode = "explicit"                 # if-available | explicit | implicit | never
        auth_command = "TLS"              # TLS | SSL
        protect_data = true               # PROT P
        clear_command_channel = false     # CCC
        session_resumption = "auto"       # auto | require | off
        min_version = "1.2"
        max_version = "1.3"
        ciphers = "auto"
        client_certificate = ""
        client_key = ""
        trust = "system"                  # system | ca-file | pin | tofu | any
        ca_file = ""
        pin_sha256 = []
        check_hostname = true

        [remote.ssh]
        transport = "libssh2"             # libssh2 | openssh | command
        command = []                      # transport = "command": a program that speaks SFTP on its standard streams
        host_key = "known-hosts"          # known-hosts | tofu | pin | any
        known_hosts = ["~/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"]
        pin_sha256 = []
        compression = false

        [remote.ftp]
        data_connection = "auto"          # auto (EPSV, then PASV) | epsv | pasv | eprt | port
        fix_passive_address = "auto"      # auto | always | never
        active_address = ""
        active_ports = "50000-50100"
        transfer_type = "binary"          # binary | ascii
        code_page = "auto"                # auto (UTF8 by FEAT) | an iconv name
        listing = "auto"                  # auto | mlsd | list
        date_format = "auto"              # e.g. "yy-MM-dd HH.mm.ss"
        server_timezone = "auto"          # auto (calibrated) | a zone
        set_mtime = "auto"                # auto | mfmt | mdtm | utime | off
        synchronize_data_channel = false

        [remote.proxy]
        type = "none"                     # none | http | socks4 | socks4a | socks5
        host = ""
        port = 1080
        user = ""
        domain = ""
        password_file = ""
        data_channel = true

        [mount]
        mountpoint = "/mnt/prod"
        remote_path = "/"
        read_only = false
        allow_other = false
        uid = "owner"
        gid = "owner"
        umask = "022"
        attribute_timeout = "3s"
        directory_timeout = "3s"
        negative_timeout = "1s"
        read_ahead = "8MiB"
        write_behind = "32MiB"
        spool_limit = "2GiB"
        write = "through"

        [log]
        level = "info"
        sent = false
        received = false
        """#

    static let sync = #"""
        remote = "prod"                   # a name in mounts.d, or a [remote] table of its own
        direction = "push"                # push | pull | sync
        local = "/srv/reports"
        remote_path = "/outgoing/daily"
        enabled = true
        create_root = false
        main_file = ""                    # glob: the run's status is this file's
        sequential = false                # all files over one connection, in order

        [schedule]                        # every / cron / calendar / on_change; none = manual
        cron = "30 2 * * Mon-Fri"
        timezone = "Europe/Berlin"
        jitter = "5m"
        catch_up = true
        overlap = "skip"                  # skip | queue
        max_runtime = "2h"
        holidays = []                     # dates on which it does not run

        [filter]
        rules = ["- *.tmp", "- .git/", "+ *.csv", "- *"]   # first match wins, gitignore globs
        ignore_file = ".syncignore"
        min_size = "0"
        max_size = ""
        min_age = ""
        max_age = ""
        symlinks = "skip"                 # skip | link | follow
        settle = "5s"

        [delete]
        mode = "trash"                    # trash | permanent | never   (two-way; one-way deletes only with mirror = true)
        mirror = false
        max = "25%"
        trash_days = 30

        [conflict]
        policy = "newer"                  # newer | older | larger | smaller | local | remote | keep-both | skip

        [transfer]
        parallel = "auto"
        temporary_name = ".{name}.{id}.part"   # "" = in place
        resume = true
        verify = "size"                   # size | checksum
        keep_mtime = true

        [after]
        source = "keep"                   # keep | delete
        delete_empty_folders = false
        trigger_file = ""                 # written last, at the destination, after a full success
        on_success = []
        on_failure = []
        """#
}
