// hogvm_flags_exchange: answers questions about flags, a JSON line each, so that flags.mjs can compare this engine with
// posthog-node. A line {"definitions": {...}} is answered with the problems found; any line after it is an object as
// FlagPerson takes it, and "key", and is answered as FlagAnswer::json has it.
#include <iostream>
#include <optional>
#include <string>

#include <hogvm/flags.h>
#include <hogvm/hogvm.h>
#include <hogvm/json.h>

namespace {

std::string answer_to(const std::string& line, std::optional<hogvm::FlagSet>& flags) {
    hogvm::Heap heap;
    const hogvm::Value request = hogvm::json::parse(line, heap);
    const auto* definitions = heap.find(request.as_dict(), "definitions");
    if (definitions != nullptr) {
        flags.emplace(hogvm::json::to_text(definitions->value));
        return "{\"problems\":" + std::to_string(flags->problems().size()) + "}";
    }
    const hogvm::FlagPerson person(line);
    return flags->evaluate(heap.find(request.as_dict(), "key")->value.as_text(), person.context()).json();
}

}  // namespace

int main() {
    std::ios::sync_with_stdio(false);
    std::optional<hogvm::FlagSet> flags;
    for (std::string line; std::getline(std::cin, line);) {
        try {
            std::cout << answer_to(line, flags) << std::endl;
        } catch (const std::exception& error) {
            std::cout << "{\"error\":" << hogvm::json::to_text(hogvm::Value::text(error.what())) << "}" << std::endl;
        }
    }
}
