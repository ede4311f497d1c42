// Base64, URL components, UUIDs, digests and address ranges.
#include <regex>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <hogvm/heap.h>
#include <hogvm/json.h>
#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

// Expected values are the reference's, on Node.js 20.

using namespace hogvm;

namespace {

/// Calls a function with an array of constants; its result as JSON, or its error's message.
std::string call(std::string_view function, std::string_view args) {
    Heap heap;
    const Value constants = json::parse(args, heap);
    std::string program = R"(["_H",1)";
    for (const Value v : constants.as_array()->values()) program += ",32," + json::to_text(v);
    program += ",2,\"" + std::string(function) + "\"," + std::to_string(constants.as_array()->size) + "]";
    const auto loaded = load_program(program);
    Vm vm;
    const Outcome outcome = vm.run(*loaded);
    return outcome.finished() ? outcome.json() : outcome.error.text();
}

}  // namespace

TEST_CASE("base64Encode takes text as UTF-8, and arrays as bytes") {
    CHECK(call("base64Encode", R"([""])") == R"("")");
    CHECK(call("base64Encode", R"(["a"])") == R"("YQ==")");
    CHECK(call("base64Encode", R"(["é😀"])") == R"("w6nwn5iA")");
    CHECK(call("base64Encode", R"(["\ud83d"])") == R"("77+9")");
    CHECK(call("base64Encode", R"([[104, 105]])") == R"("aGk=")");
    CHECK(call("base64Encode", R"([[-1, 256, 1.9, "65", null, "x", true]])") == R"("/wABQQAAAQ==")");
    CHECK(call("base64Encode", "[5]") ==
          "Function base64Encode expects a string or an array of bytes as argument 1, got integer");
}

TEST_CASE("base64Encode of much text is in one piece") {
    const std::string text(1'000'000, 'a');
    const std::string encoded = call("base64Encode", "[\"" + text + "\"]");
    CHECK(encoded.size() == 1'333'336 + 2);
    CHECK(call("base64Decode", "[" + encoded + "]") == "\"" + text + "\"");
}

TEST_CASE("base64Decode passes over what is no Base64 and ends at =") {
    CHECK(call("base64Decode", R"(["aGVsbG8="])") == R"("hello")");
    CHECK(call("base64Decode", R"(["aGVsbG8"])") == R"("hello")");
    CHECK(call("base64Decode", R"(["aGV sb\nG!8="])") == R"("hello")");
    CHECK(call("base64Decode", R"(["YQ==YQ=="])") == R"("a")");
    CHECK(call("base64Decode", R"(["Y"])") == R"("")");
    CHECK(call("base64Decode", R"(["8J-YgA"])") == R"("😀")");
    CHECK(call("base64Decode", R"(["_-8"])") == R"("��")");
}

TEST_CASE("base64Decode looks at the low byte of each UTF-16 unit, as Node.js does") {
    CHECK(call("base64Decode", R"(["aGk\u0161"])") == R"("hi\u001a")");
    CHECK(call("base64Decode", R"(["YW\u013dJj"])") == R"("a")");
    CHECK(call("base64Decode", R"(["YW\u00e9Jj"])") == R"("abc")");
}

TEST_CASE("base64Decode takes arrays for bytes, and no other values") {
    CHECK(call("base64Decode", "[[104, 105]]") == R"("hi")");
    CHECK(call("base64Decode", "[null]") ==
          "Function base64Decode expects a string or an array of bytes as argument 1, got null");
    CHECK(call("tryBase64Decode", "[null]") == R"("")");
    CHECK(call("tryBase64Decode", R"(["aGk="])") == R"("hi")");
}

TEST_CASE("encodeURLComponent escapes all but unreserved characters") {
    CHECK(call("encodeURLComponent", "[\"aZ09-_.!~*'()\"]") == "\"aZ09-_.!~*'()\"");
    CHECK(call("encodeURLComponent", R"(["a b&/é😀\u0000"])") == R"("a%20b%26%2F%C3%A9%F0%9F%98%80%00")");
    CHECK(call("encodeURLComponent", "[[1, 2]]") == R"("1%2C2")");
    CHECK(call("encodeURLComponent", "[null]") == R"("null")");
    CHECK(call("encodeURLComponent", R"(["\ud83d"])") == "URI malformed");
}

TEST_CASE("decodeURLComponent takes whole characters of UTF-8 only") {
    CHECK(call("decodeURLComponent", R"(["a%20b+%C3%a9%F0%9F%98%80%2f"])") == R"("a b+é😀/")");
    CHECK(call("decodeURLComponent", R"(["ü"])") == R"("ü")");
    for (const char* malformed :
         {"%", "%4", "%zz", "%C3", "%C3x", "%C3%28", "%C0%80", "%ED%A0%80", "%F4%90%80%80", "%80", "%E2%82", "%FF"}) {
        CAPTURE(malformed);
        const std::string args = "[\"" + std::string(malformed) + "\"]";
        CHECK(call("decodeURLComponent", args) == "URI malformed");
        CHECK(call("tryDecodeURLComponent", args) == "null");
    }
}

TEST_CASE("generateUUIDv4 gives a UUID of version 4, the same for the same seed") {
    const auto uuid_of = [](std::uint64_t seed) {
        Host host;
        host.random_seed = seed;
        Vm vm(std::move(host));
        return vm.run(*load_program(R"(["_H",1,2,"generateUUIDv4",0])")).json();
    };
    static const std::regex uuid("\"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\"");
    CHECK(std::regex_match(uuid_of(1), uuid));
    CHECK(std::regex_match(call("generateUUIDv4", "[]"), uuid));
    CHECK(uuid_of(1) == uuid_of(1));
    CHECK(uuid_of(1) != uuid_of(2));
}

TEST_CASE("digests are in hexadecimal digits unless told otherwise") {
    CHECK(call("md5Hex", R"([""])") == R"("d41d8cd98f00b204e9800998ecf8427e")");
    CHECK(call("md5", R"(["abc"])") == R"("900150983cd24fb0d6963f7d28e17f72")");
    CHECK(call("sha1Hex", R"(["abc"])") == R"("a9993e364706816aba3e25717850c26c9cd0d89d")");
    CHECK(call("sha256Hex", R"(["abc"])") == R"("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")");
}

TEST_CASE("digests take text as UTF-8, lone surrogates as U+FFFD") {
    CHECK(call("md5Hex", R"(["é😀"])") == R"("62b3afe3b01f6f80152b567d9b216cde")");
    CHECK(call("sha256Hex", R"(["\ud83d"])") == call("sha256Hex", R"(["�"])"));
}

TEST_CASE("a digest of null is null, of other values an error") {
    for (const char* function : {"md5", "md5Hex", "sha1", "sha1Hex", "sha256", "sha256Hex"})
        CHECK(call(function, "[null]") == "null");
    CHECK(call("sha256Hex", "[5]") == "Function sha256Hex expects a string as argument 1, got integer");
}

TEST_CASE("digests are encoded as Node.js does, by names in any case") {
    const auto md5 = [](std::string_view encoding) { return call("md5", "[\"abc\"," + std::string(encoding) + "]"); };
    CHECK(md5("\"base64\"") == R"("kAFQmDzST7DWlj99KOF/cg==")");
    CHECK(md5("\"base64url\"") == R"("kAFQmDzST7DWlj99KOF_cg")");
    CHECK(md5("\"HEX\"") == R"("900150983cd24fb0d6963f7d28e17f72")");
    CHECK(md5("\"ucs2\"") == "\"\u0190\u9850\uD23C\uB04F\u96D6\u7D3F\uE128\u727F\"");
    CHECK(md5("\"utf8\"") == "\"�\\u0001P�<�O�\u0596?}(�\x7Fr\"");
    CHECK(md5("\"ascii\"") == "\"\\u0010\\u0001P\\u0018<RO0V\\u0016?}(a\x7Fr\"");
    CHECK(md5("\"binary\"") == md5("\"latin1\""));
}

TEST_CASE("an encoding that Node.js does not know, of which it would make a Buffer, is an error") {
    for (const char* encoding : {"null", "nope", "buffer"}) {
        CHECK(call("md5", "[\"abc\",\"" + std::string(encoding) + "\"]") ==
              "Function md5 knows no encoding " + std::string(encoding) +
                  "; those are hex, base64, base64url, binary, latin1, ascii, utf8 and utf16le");
    }
    CHECK(call("sha1HmacChain", R"([["a", "b"], null])").starts_with("Function sha1HmacChain knows no encoding null;"));
}

TEST_CASE("an HMAC chain uses each result as the next key") {
    CHECK(call("sha256HmacChainHex", R"([["key", "message"]])") ==
          R"("6e9ef29b75fffc5b7abae527d58fdadb2fe42e7219011976917343065f58ed4a")");
    CHECK(call("sha1HmacChain", R"([["key", "message"], "base64"])") == R"("IIjfdNXyFGtIFGyvSWU3fp0L46Q=")");
    CHECK(call("sha1HmacChainHex", R"([["", ""]])") == R"("fbdb1d1b18aa6c08324b7d64b71fb76370690e1d")");
    CHECK(call("sha256HmacChainHex", R"([["a", "b", "c"]])") ==
          R"("afb366b1e7d0ffd4e7c273ecd31eb15ce01301c2c39155f3a8ddd8190ef26edc")");
    CHECK(call("sha256HmacChainHex", R"(["abc"])") == call("sha256HmacChainHex", R"([["a", "b", "c"]])"));
}

TEST_CASE("an HMAC chain needs two texts") {
    CHECK(call("sha256HmacChainHex", R"([["key"]])") == "Data array must contain at least two elements.");
    CHECK(call("sha1HmacChainHex", R"(["k"])") == "Data array must contain at least two elements.");
    CHECK(call("sha1HmacChain", "[null]") ==
          "Function sha1HmacChain expects an array of strings as argument 1, got null");
    CHECK(call("sha1HmacChainHex", R"([["key", 5]])") ==
          "Function sha1HmacChainHex expects an array of strings as argument 1, got integer in it");
}

TEST_CASE("isIPAddressInRange compares as many bits as the range says") {
    const auto in_range = [](std::string_view address, std::string_view range) {
        return call("isIPAddressInRange", "[\"" + std::string(address) + "\",\"" + std::string(range) + "\"]") ==
               "true";
    };
    CHECK(in_range("10.1.2.3", "10.0.0.0/8"));
    CHECK_FALSE(in_range("11.1.2.3", "10.0.0.0/8"));
    CHECK(in_range("192.168.1.5", "192.168.1.4/31"));
    CHECK_FALSE(in_range("192.168.1.6", "192.168.1.4/31"));
    CHECK(in_range("1.2.3.4", "9.9.9.9/0"));
    CHECK(in_range("2001:db8::1", "2001:db8::/32"));
    CHECK_FALSE(in_range("2001:db9::1", "2001:db8::/32"));
    CHECK(in_range("::1", "0:0:0:0:0:0:0:1/128"));

    // As JavaScript reads numbers.
    CHECK(in_range("10.1.2.3", "10.0.0.0/ 0x8 "));
    CHECK(in_range("10.1.2.3", "10.0.0.0/8.5"));
    CHECK(in_range("fe80::1%eth0", "fe80::/10"));

    for (const char* range : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10.0.0/8",
                              "10.0.0.00/8", "10.0.0.256/8", "::/8", "10.0.0.0.0/8", "/8"}) {
        CAPTURE(range);
        CHECK_FALSE(in_range("10.0.0.0", range));
    }
    for (const char* address :
         {"1::2::3", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "g::", "12345::"}) {
        CAPTURE(address);
        CHECK_FALSE(in_range(address, "::/0"));
    }
    CHECK(call("isIPAddressInRange", "[null, 5]") == "false");
}
