#include "semver.h"

#include <doctest/doctest.h>

using namespace hogvm::semver;

namespace {

bool is(const std::optional<Range>& range, std::string_view lower, std::string_view upper) {
    REQUIRE(range.has_value());
    CHECK(range->lower == lower);
    CHECK(range->upper == upper);
    return true;
}

}  // namespace

TEST_CASE("a tilde leaves the patch free") {
    is(tilde("1.2.3"), "1.2.3", "1.3.0");
    is(tilde("1.2"), "1.2.0", "1.3.0");
    is(tilde("1.9.3-beta.1"), "1.9.3", "1.10.0");
    CHECK(!tilde("1"));
}

TEST_CASE("a caret keeps the first number that is not 0") {
    is(caret("1.2.3"), "1.2.3", "2.0.0");
    is(caret("0.2.3"), "0.2.3", "0.3.0");
    is(caret("0.0.3"), "0.0.3", "0.0.4");
    is(caret("1"), "1.0.0", "2.0.0");
    is(caret("0"), "0.0.0", "0.0.1");
}

TEST_CASE("a wildcard leaves the next number free") {
    is(wildcard("1.*"), "1.0.0", "2.0.0");
    is(wildcard("1.2.*"), "1.2.0", "1.3.0");
    is(wildcard("1.2.3.*"), "1.2.3.0", "1.2.4.0");
    is(wildcard("1.2"), "1.2.0", "1.3.0");
    CHECK(!wildcard("*"));
    CHECK(!wildcard("1.2.3.4.*"));
}

TEST_CASE("what is no version has no range") {
    for (const char* text :
         {"", ".", "1.", ".1", "1..2", "v1.2", "1.2.x", "1.2.3.4", "-1.2", "1.2 ", "1234567890123456789.0"})
        CHECK_MESSAGE(!caret(text), text);
}

TEST_CASE("a text has a version where there are two numbers with a dot between") {
    CHECK(has_version("1.2.3"));
    CHECK(has_version("app v10.0-rc"));
    CHECK(!has_version("1"));
    CHECK(!has_version("1. 2"));
    CHECK(!has_version(""));
}
