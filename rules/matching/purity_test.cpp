// The table of pure functions says when they fail. Here they get all that JSON can say.
#include "purity.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

using namespace hogvm;

namespace {

const std::vector<std::string> kArguments = {
    "null",      "true",          "false", "0",         "1",     "-1",      "1.5", "1e300", "9007199254740993", "\"\"",
    "\"a\"",     "\"1.2.3\"",     "\"3\"", "\"[1,2]\"", "\"[\"", "\"A%_\"", "[]",  "[1]",   "[\"a\",null,[1]]", "{}",
    "{\"a\":1}", "{\"length\":3}"};

/// Calls a function by globals a0, a1, ... , the first argument being a lambda if the function takes one.
Outcome call(Vm& vm, std::string_view name, const std::vector<std::string>& arguments) {
    const bool takes_function = name.starts_with("array") && name != "arrayStringConcat";
    std::string tokens = R"(["_H",1)";
    std::string globals = "{";
    for (std::size_t k = 0; k < arguments.size(); ++k) {
        const std::string key = "a" + std::to_string(k);
        globals += (k > 0 ? "," : "") + ("\"" + key + "\":") + arguments[k];
        if (k == 0 && takes_function) {
            tokens += R"(,52,"lambda",1,0,6,32,"a",36,0,11,38,53,0)";
        } else {
            tokens += ",32,\"" + key + "\",1,1";
        }
    }
    tokens += ",2,\"" + std::string(name) + "\"," + std::to_string(arguments.size()) + ",38]";
    return vm.run(*load_program(tokens), globals + "}");
}

template <typename Visit>
void each_call(int arity, Visit&& visit) {
    std::vector<std::string> arguments(static_cast<std::size_t>(arity), "null");
    const auto choose = [&](const auto& self, std::size_t k) -> void {
        if (k == arguments.size()) return visit(arguments);
        // Three arguments of all kinds would be too many; the first two vary most.
        const std::size_t step = k >= 2 ? 5 : 1;
        for (std::size_t i = 0; i < kArguments.size(); i += step) {
            arguments[k] = kArguments[i];
            self(self, k + 1);
        }
    };
    choose(choose, 0);
}

}  // namespace

TEST_CASE("pure functions fail as the table says") {
    Vm vm;
    for (const Function& function : standard_library().functions()) {
        const matching::Purity* purity = matching::purity_of(function.name);
        if (purity == nullptr || purity->fails == matching::Fails::Perhaps) continue;
        const int most = function.max_args == Function::kAnyNumber ? std::max(function.min_args, 3) : function.max_args;
        for (int arity = std::max(function.min_args, 1); arity <= std::min(most, 3); ++arity) {
            each_call(arity, [&](const std::vector<std::string>& arguments) {
                bool may_fail = false;
                const auto at = static_cast<std::size_t>(purity->argument);
                if (purity->fails == matching::Fails::OnNull)
                    may_fail = at < arguments.size() && arguments[at] == "null";
                if (purity->fails == matching::Fails::OnPattern)
                    may_fail = arguments[at] == "\"[\"" || arguments[at][0] == '[';
                const Outcome outcome = call(vm, function.name, arguments);
                INFO(function.name << " of " << arguments[0] << (arity > 1 ? ", " + arguments[1] : ""));
                if (!may_fail) CHECK(outcome.finished());
            });
        }
    }
}

TEST_CASE("every pure function is a library function, and none tells the time") {
    for (const char* name : {"now", "today", "print", "sleep", "randomFloat", "generateUUIDv4", "import"})
        CHECK(matching::purity_of(name) == nullptr);
    for (const char* name : {"JSONExtract", "match", "values"}) CHECK(matching::purity_of(name) != nullptr);
}
