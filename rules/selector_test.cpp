#include "selector.h"

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <re2/re2.h>
#include <boost/json.hpp>

#include <hogvm/filter.h>
#include <hogvm/vm.h>

// selector_cases.json has what the CSS engine css-select says, as conformance/selectors.mjs records it.

using namespace hogvm;
using namespace hogvm::selector;
namespace json = boost::json;

namespace {

bool selects(std::string_view selector, std::string_view chain) {
    const auto complexes = parse(selector);
    REQUIRE(complexes.size() == 1);
    return RE2::PartialMatch(re2::StringPiece(chain.data(), chain.size()), pattern(complexes[0]));
}

std::string refusal_of(std::string_view selector) {
    try {
        parse(selector);
    } catch (const SyntaxError& error) {
        return error.message;
    }
    return "it parses";
}

bool refuses(std::string_view selector, std::string_view part) {
    const std::string reason = refusal_of(selector);
    INFO(selector, ": ", reason);
    CHECK(reason.find(part) != std::string::npos);
    return reason.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a selector matches where a CSS engine says that it does") {
    std::ifstream file(std::string(HOGVM_SOURCE_DIR) + "/rules/selector_cases.json");
    std::ostringstream text;
    text << file.rdbuf();
    Vm vm;
    const json::value recorded = json::parse(text.str());
    for (const json::value& one : recorded.as_array()) {
        INFO(json::serialize(one));
        const json::object property = {{"type", "element"}, {"key", "selector"}, {"value", one.at("selector")}};
        const auto program = compile_filter(json::object{{"properties", json::array{property}}});
        CHECK(vm.run(*program, one).json() == json::serialize(one.at("matches")));
    }
}

TEST_CASE("an element is found wherever it is in the chain") {
    const std::string chain = R"(b:nth-child="1"text="hi";button.big:attr_id="go"nth-child="2";div:nth-child="1")";
    CHECK(selects("b", chain));
    CHECK(selects("button", chain));
    CHECK(selects("div", chain));
    CHECK(selects("div > button b", chain));
    CHECK(selects("div b", chain));
    CHECK(!selects("div > b", chain));
    CHECK(!selects("but", chain));
    CHECK(!selects("utton", chain));
    CHECK(!selects("b div", chain));
}

TEST_CASE("a class is whole, and may have a colon in it") {
    const std::string chain = R"(a.flex.md:flex.w-1/2:attr__class="w-1/2 md:flex flex"nth-child="1")";
    CHECK(selects(".flex", chain));
    CHECK(selects(R"(a.md\:flex)", chain));
    CHECK(selects(R"(.w-1\/2.flex)", chain));
    CHECK(!selects(".md", chain));
    CHECK(!selects(".fle", chain));
    CHECK(!selects(".w-1", chain));
}

TEST_CASE("what stands in a value is no element, class or attribute") {
    const std::string chain = R"(p:attr__title="x;div.a:attr_id=\"go\""nth-child="1"text=".b ;span:")";
    CHECK(selects("p", chain));
    for (const char* selector : {"div", "span", ".a", ".b", "#go", "p div", "[id]"}) CHECK(!selects(selector, chain));
    CHECK(selects(R"([title='x;div.a:attr_id="go"'])", chain));
}

TEST_CASE("attributes are tested in every way that CSS has") {
    const std::string chain = R"(a:attr__data-kind="buy now-ish"attr__href="/a/b"href="/a/b"nth-child="1")";
    for (const char* selector : {"[data-kind]", "[data-kind='buy now-ish']", "[data-kind^=buy]", "[data-kind$=ish]",
                                 "[data-kind*='y n']", "[data-kind~=buy]", "[data-kind='BUY NOW-ISH' i]",
                                 "[href='/a/b']", "[ href ^= '/a' ]", "[DATA-kind]", "A[href][data-kind]"})
        CHECK_MESSAGE(selects(selector, chain), selector);
    for (const char* selector : {"[data]", "[data-kind=buy]", "[data-kind^=now]", "[data-kind~=now]", "[data-kind*='']",
                                 "[data-kind='BUY NOW-ISH']", "[kind]", "[data-kind|=buy]"})
        CHECK_MESSAGE(!selects(selector, chain), selector);
}

TEST_CASE("an id or a href is found under either of its keys") {
    CHECK(selects("#x[title=t]", R"(a:attr__id="x"attr__title="t"nth-child="1")"));
    CHECK(selects("#x[title=t]", R"(a:attr__title="t"attr_id="x"nth-child="1")"));
    CHECK(selects("[href='/'][title=t]", R"(a:attr__href="/"attr__title="t"nth-child="1")"));
    CHECK(selects("[href='/'][title=t]", R"(a:attr__title="t"href="/"nth-child="1")"));
}

TEST_CASE("a special character in a name is written with a backslash, or as a number") {
    CHECK(selects(R"(.\31 0)", R"(a.10:nth-child="1")"));
    CHECK(selects(R"(.\6F22)", "a.\xE6\xBC\xA2:nth-child=\"1\""));
    CHECK(selects(R"([title="\"\a x"])", "a:attr__title=\"\\\"\nx\"nth-child=\"1\""));
}

TEST_CASE("a class that is there twice is one") { CHECK(selects(".b.a.b", R"(a.a.b:nth-child="1")")); }

TEST_CASE("a selector of very many parts is read in a time that grows with their number") {
    std::string elements, classes, attributes;
    for (int i = 0; i < 200'000; ++i) {
        elements += "a ";
        classes += ".c" + std::to_string(i);
        attributes += "[a" + std::to_string(i) + "]";
    }
    CHECK(refusal_of(elements) == "it parses");
    CHECK(refusal_of(classes) == "it parses");
    CHECK(refusal_of(attributes) == "it tests more than 500 attributes of one element");
}

TEST_CASE("what the chain can't tell is refused with the reason") {
    CHECK(refuses("", "ends where an element belongs"));
    CHECK(refuses("a >", "ends where an element belongs"));
    CHECK(refuses("> a", R"(">" makes no sense there)"));
    CHECK(refuses("a,", "ends where an element belongs"));
    CHECK(refuses("a + b", "an element beside another"));
    CHECK(refuses("a~b", "an element beside another"));
    CHECK(refuses("a:hover", R"(":hover" is nothing that the chain of elements tells)"));
    CHECK(refuses("a:not(.b)", R"(":not" is nothing)"));
    CHECK(refuses("a::before", "::before and the like"));
    CHECK(refuses("a:nth-child(2n+1)", "takes a number only"));
    CHECK(refuses("a:nth-child", "needs a number in parentheses"));
    CHECK(refuses("li:nth-child(1):nth-child(2)", "two places at once"));
    CHECK(refuses("#a#b", "no element has two ids"));
    CHECK(refuses("[a^=x][a$=y]", R"(the attribute "a" twice)"));
    CHECK(refuses("[a", "after an attribute's name belongs ]"));
    CHECK(refuses("[a!=b]", R"(there is no test "!=")"));
    CHECK(refuses("[a=\"b]", "no closing \""));
    CHECK(refuses(".5a", R"(write it as \35)"));
    CHECK(refuses("a.", "has no name"));
    CHECK(refuses(".w-1/2", R"("/" makes no sense there)"));
}
