#include "bytes.h"

#include <doctest/doctest.h>

namespace hogvm::cli {

TEST_CASE("bytes are counted in powers of 1,024") {
    CHECK(parse_bytes("4096") == 4096);
    CHECK(parse_bytes("64K") == 65536);
    CHECK(parse_bytes("64M") == 67108864);
    CHECK(parse_bytes("2G") == 2147483648);
    CHECK(parse_bytes("1T") == 1099511627776);
    CHECK(parse_bytes("0") == 0);
}

TEST_CASE("the unit is written in many ways") {
    for (const char* text : {"64m", "64MB", "64mb", "64MiB", "64mib"}) CHECK(parse_bytes(text) == 67108864);
    CHECK(parse_bytes("100B") == 100);
}

TEST_CASE("what is no number of bytes is refused") {
    for (const char* text : {"", "M", "64 M", "64X", "64iB1", "-1", "1.5G", "64MM", "64i", "0x10", "+4"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_bytes(text).has_value());
    }
}

TEST_CASE("more bytes than fit into 64 bits are refused") {
    CHECK_FALSE(parse_bytes("9223372036854775808").has_value());
    CHECK_FALSE(parse_bytes("8388608T").has_value());
    CHECK(parse_bytes("8388607T").has_value());
}

}  // namespace hogvm::cli
