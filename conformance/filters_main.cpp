// hogvm_filters: compiles filters and runs them, for the Node runners. A line of JSON in, {"filter", "options",
// "globals": [...]}, and one out: {"tokens", "results"} or {"error": {"pointer", "message"}}. A run that fails has its
// error's text as an object {"failed"} among the results.
#include <iostream>
#include <string>

#include <boost/json.hpp>

#include <hogvm/filter.h>
#include <hogvm/heap.h>
#include <hogvm/hogvm.h>
#include <hogvm/json.h>

namespace {

namespace json = boost::json;

json::value parse(std::string_view text) {
    hogvm::Heap heap;
    return hogvm::json::to_boost(hogvm::json::parse(text, heap));
}

json::value member(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value == nullptr ? json::value() : *value;
}

json::value result_of(hogvm::Vm& vm, const hogvm::Program& program, const json::value& globals) {
    const hogvm::Outcome outcome = vm.run(program, globals);
    if (!outcome.finished()) return json::object{{"failed", outcome.error.text()}};
    return json::parse(outcome.json());
}

json::object answer(hogvm::Vm& vm, const json::object& request) {
    try {
        const auto options = hogvm::FilterOptions::from_json(member(request, "options"));
        const json::array tokens = hogvm::filter_bytecode(member(request, "filter"), options);
        const auto program = hogvm::Program::load(tokens, hogvm::standard_library());
        json::array results;
        if (const json::value globals = member(request, "globals"); globals.is_array()) {
            for (const json::value& each : globals.get_array()) results.push_back(result_of(vm, *program, each));
        }
        return {{"tokens", tokens}, {"results", results}};
    } catch (const hogvm::FilterError& error) {
        return {{"error", {{"pointer", error.pointer}, {"message", error.message}}}};
    }
}

}  // namespace

int main() {
    std::ios::sync_with_stdio(false);
    hogvm::Vm vm;
    for (std::string line; std::getline(std::cin, line);)
        std::cout << json::serialize(answer(vm, parse(line).as_object())) << std::endl;
}
