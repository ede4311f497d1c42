#include "functions.h"

#include <array>

#include <doctest/doctest.h>

namespace hogvm::cli {
namespace {

Value nothing(Call&) { return Value::null(); }

// A library of our own, so that the standard one may change.
constexpr std::array kFunctions{
    Function{.name = "lower",
             .min_args = 1,
             .max_args = 1,
             .native = nothing,
             .hog = {},
             .is_async = false,
             .family = "strings",
             .signature = "lower(text)",
             .description = "The text in lower case.",
             .example = "lower('A|B') = 'a|b'"},
    Function{.name = "upper",
             .min_args = 1,
             .max_args = 2,
             .native = nothing,
             .hog = {},
             .is_async = false,
             .family = "strings",
             .signature = "upper(text, locale?)",
             .description = "The text in upper case.",
             .example = ""},
    Function{.name = "sleep",
             .min_args = 1,
             .max_args = 1,
             .native = nullptr,
             .hog = {},
             .is_async = true,
             .family = "time",
             .signature = "sleep(seconds)",
             .description = "Waits.",
             .example = ""},
};

TEST_CASE("functions are listed by family") {
    CHECK(list_functions(Library(kFunctions)) ==
          "Strings\n"
          "  lower(text)                                   The text in lower case\n"
          "  upper(text, locale?)                          The text in upper case\n"
          "\n"
          "Time\n"
          "  sleep(seconds)                                Waits\n");
}

TEST_CASE("a function is described in full") {
    CHECK(describe_function(kFunctions[0]) ==
          "lower(text)\n  The text in lower case.\n\n  Example:   lower('A|B') = 'a|b'\n  Takes:     1 argument\n"
          "  Family:    strings\n");
    CHECK(describe_function(kFunctions[1]).find("1 to 2 arguments") != std::string::npos);
    CHECK(describe_function(kFunctions[2]).find("suspends the program") != std::string::npos);
}

TEST_CASE("the page of functions has a table for each family, its bars escaped") {
    const std::string page = functions_markdown(Library(kFunctions));
    CHECK(page.find("## Strings\n") != std::string::npos);
    CHECK(page.find("| `lower(text)` | The text in lower case. | `lower('A\\|B') = 'a\\|b'` |\n") != std::string::npos);
    CHECK(page.find("| `sleep(seconds)` | Waits. (suspends the program) |  |\n") != std::string::npos);
}

TEST_CASE("a name that is nearly right finds the right one") {
    const Library library(kFunctions);
    using Names = std::vector<std::string_view>;
    CHECK(similar_names(library, "Upper") == Names{"upper"});
    CHECK(similar_names(library, "uper") == Names{"upper"});
    CHECK(similar_names(library, "low") == Names{"lower"});
    CHECK(similar_names(library, "frobnicate").empty());
    CHECK(similar_names(library, "").empty());
}

}  // namespace
}  // namespace hogvm::cli
