import CProviders
import Glibc

/// `Keystream` as a cipher of OpenSSL: the functions that a provider offers (provider-cipher(7)).
enum KeystreamCipher {
    static let provider = "remora"
    private static let keyLength = 16
    private static let counterLength = 16

    /// OpenSSL's own, which makes the stream.
    ///
    /// `unsafe`: a fetched cipher does not change, and this one is never freed.
    nonisolated(unsafe) static let base = EVP_CIPHER_fetch(nil, "AES-128-CTR", "provider=default")

    /// Makes it known to a library context.
    static func load(into context: OpaquePointer) -> Bool {
        let isAdded = OSSL_PROVIDER_add_builtin(context, provider) { core, _, functions, state in
            functions?.pointee = KeystreamCipher.providerFunctions
            state?.pointee = UnsafeMutableRawPointer(mutating: UnsafeRawPointer(core))
            return 1
        }
        return isAdded == 1 && OSSL_PROVIDER_load(context, provider) != nil
    }

    // MARK: - Functions of a cipher

    private typealias State = UnsafeMutableRawPointer
    private typealias Make = @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
    private typealias Free = @convention(c) (State?) -> Void
    private typealias Start =
        @convention(c) (
            State?, UnsafePointer<UInt8>?, Int, UnsafePointer<UInt8>?, Int, UnsafePointer<OSSL_PARAM>?
        ) -> CInt
    private typealias Apply =
        @convention(c) (
            State?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>?, Int, UnsafePointer<UInt8>?, Int
        ) -> CInt
    private typealias Finish =
        @convention(c) (State?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>?, Int) -> CInt
    private typealias Describe = @convention(c) (UnsafeMutablePointer<OSSL_PARAM>?) -> CInt
    private typealias DescribeState = @convention(c) (State?, UnsafeMutablePointer<OSSL_PARAM>?) -> CInt
    private typealias ChangeState = @convention(c) (State?, UnsafePointer<OSSL_PARAM>?) -> CInt

    private static let make: Make = { _ in
        guard let base, let stream = Keystream(base) else { return nil }
        let state = UnsafeMutablePointer<Keystream>.allocate(capacity: 1)
        state.initialize(to: stream)
        return UnsafeMutableRawPointer(state)
    }

    private static let free: Free = { state in
        guard let stream = state?.assumingMemoryBound(to: Keystream.self) else { return }
        stream.pointee.free()
        stream.deallocate()
    }

    private static let start: Start = { state, key, keyLength, counter, counterLength, _ in
        guard let stream = state?.assumingMemoryBound(to: Keystream.self),
            key == nil || keyLength == KeystreamCipher.keyLength,
            counter == nil || counterLength == KeystreamCipher.counterLength
        else { return 0 }
        return stream.pointee.start(key: key, counter: counter) ? 1 : 0
    }

    private static let apply: Apply = { state, output, written, capacity, input, count in
        guard let stream = state?.assumingMemoryBound(to: Keystream.self), let output, let written, let input,
            capacity >= count, stream.pointee.apply(to: input, count, into: output)
        else { return 0 }
        written.pointee = count
        return 1
    }

    private static let finish: Finish = { _, _, written, _ in
        written?.pointee = 0
        return 1
    }

    private static let describe: Describe = { parameters in
        put(CUnsignedInt(EVP_CIPH_CTR_MODE), OSSL_CIPHER_PARAM_MODE, parameters)
            && put(1, OSSL_CIPHER_PARAM_BLOCK_SIZE, parameters) && describeLengths(parameters) ? 1 : 0
    }

    private static let describeState: DescribeState = { _, parameters in
        put(CUnsignedInt(0), OSSL_CIPHER_PARAM_PADDING, parameters) && describeLengths(parameters) ? 1 : 0
    }

    /// There is nothing to choose.
    private static let changeState: ChangeState = { _, _ in 1 }

    private static func describeLengths(_ parameters: UnsafeMutablePointer<OSSL_PARAM>?) -> Bool {
        put(keyLength, OSSL_CIPHER_PARAM_KEYLEN, parameters) && put(counterLength, OSSL_CIPHER_PARAM_IVLEN, parameters)
    }

    /// Answers what was asked for, and nothing else.
    private static func put(_ value: Int, _ name: String, _ parameters: UnsafeMutablePointer<OSSL_PARAM>?) -> Bool {
        guard let parameter = OSSL_PARAM_locate(parameters, name) else { return true }
        return OSSL_PARAM_set_size_t(parameter, value) == 1
    }

    private static func put(
        _ value: CUnsignedInt, _ name: String, _ parameters: UnsafeMutablePointer<OSSL_PARAM>?
    ) -> Bool {
        guard let parameter = OSSL_PARAM_locate(parameters, name) else { return true }
        return OSSL_PARAM_set_uint(parameter, value) == 1
    }

    // MARK: - Tables

    // `unsafe`: each is filled before anybody sees it, and then only read; OpenSSL keeps pointers to them.

    private nonisolated(unsafe) static let cipherFunctions = table([
        (OSSL_FUNC_CIPHER_NEWCTX, unsafeBitCast(make, to: Function.self)),
        (OSSL_FUNC_CIPHER_FREECTX, unsafeBitCast(free, to: Function.self)),
        (OSSL_FUNC_CIPHER_ENCRYPT_INIT, unsafeBitCast(start, to: Function.self)),
        (OSSL_FUNC_CIPHER_DECRYPT_INIT, unsafeBitCast(start, to: Function.self)),
        (OSSL_FUNC_CIPHER_UPDATE, unsafeBitCast(apply, to: Function.self)),
        (OSSL_FUNC_CIPHER_FINAL, unsafeBitCast(finish, to: Function.self)),
        (OSSL_FUNC_CIPHER_CIPHER, unsafeBitCast(apply, to: Function.self)),
        (OSSL_FUNC_CIPHER_GET_PARAMS, unsafeBitCast(describe, to: Function.self)),
        (OSSL_FUNC_CIPHER_GET_CTX_PARAMS, unsafeBitCast(describeState, to: Function.self)),
        (OSSL_FUNC_CIPHER_SET_CTX_PARAMS, unsafeBitCast(changeState, to: Function.self)),
    ])

    private nonisolated(unsafe) static let algorithms = {
        let list = UnsafeMutablePointer<OSSL_ALGORITHM>.allocate(capacity: 2)
        list[0] = OSSL_ALGORITHM(
            algorithm_names: strdup("AES-128-CTR"), property_definition: strdup("provider=\(provider)"),
            implementation: cipherFunctions, algorithm_description: nil)
        list[1] = OSSL_ALGORITHM()
        return UnsafePointer(list)
    }()

    private nonisolated(unsafe) static let providerFunctions = table([
        (OSSL_FUNC_PROVIDER_QUERY_OPERATION, unsafeBitCast(query, to: Function.self))
    ])

    private typealias Function = @convention(c) () -> Void
    private typealias Query =
        @convention(c) (UnsafeMutableRawPointer?, CInt, UnsafeMutablePointer<CInt>?) -> UnsafePointer<OSSL_ALGORITHM>?

    private static let query: Query = { _, operation, mayNotBeKept in
        mayNotBeKept?.pointee = 0
        return operation == OSSL_OP_CIPHER ? algorithms : nil
    }

    private static func table(_ functions: [(CInt, Function)]) -> UnsafePointer<OSSL_DISPATCH> {
        let list = UnsafeMutablePointer<OSSL_DISPATCH>.allocate(capacity: functions.count + 1)
        for (index, function) in functions.enumerated() {
            list[index] = OSSL_DISPATCH(function_id: function.0, function: function.1)
        }
        list[functions.count] = OSSL_DISPATCH()
        return UnsafePointer(list)
    }
}
