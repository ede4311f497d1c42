#include "cases.h"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace hogvm::bench {
namespace {

namespace json = boost::json;

std::string text_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value ? std::string(value->as_string()) : std::string();
}

std::unique_ptr<const Case> load(const json::object& description) {
    auto loaded = std::make_unique<Case>();
    loaded->name = text_at(description, "name");
    loaded->program_name = text_at(description, "program");
    const std::string program = "programs/" + loaded->program_name;
    loaded->program = load_program(read_file(program + ".hoge"));
    loaded->wanted = json::parse(read_file(program + ".wanted.json"));
    const std::string event = text_at(description, "event");
    if (!event.empty()) {
        loaded->event = event == "parsed" ? Event::Parsed : Event::Text;
        loaded->event_text = read_file("programs/event.json");
        loaded->event_value = json::parse(loaded->event_text);
    }
    loaded->result_as_text = text_at(description, "result") == "text";
    return loaded;
}

void check(const Case& checked) {
    Vm vm;
    const Outcome outcome = checked.run(vm);
    if (!outcome.finished()) throw std::runtime_error(checked.name + " failed: " + outcome.error.text());
    const std::string result = outcome.json();
    if (json::parse(result) != checked.wanted)
        throw std::runtime_error(checked.name + " gave " + result + ", not what programs/ has as wanted");
}

}  // namespace

Outcome Case::run(Vm& vm) const {
    switch (event) {
        case Event::Parsed: return vm.run(*program, event_value);
        case Event::Text: return vm.run(*program, event_text);
        case Event::None: break;
    }
    return vm.run(*program);
}

std::string read_file(const std::string& path) {
    std::ifstream file(HOGVM_SOURCE_DIR "/bench/" + path, std::ios::binary);
    if (!file) throw std::runtime_error("can't read bench/" + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::unique_ptr<const Case>> load_cases() {
    std::vector<std::unique_ptr<const Case>> cases;
    const json::value descriptions = json::parse(read_file("cases.json"));
    for (const json::value& description : descriptions.as_array()) {
        cases.push_back(load(description.as_object()));
        check(*cases.back());
    }
    return cases;
}

std::unique_ptr<const Case> load_case(const std::string& name) {
    for (auto& loaded : load_cases())
        if (loaded->name == name) return std::move(loaded);
    throw std::runtime_error("no case " + name + " in bench/cases.json");
}

std::string program_of(std::size_t tokens) {
    constexpr std::size_t kEach = 21;
    std::string text = R"(["_H",1)";
    std::size_t count = 2;
    for (std::size_t i = 0; count + kEach + 1 <= tokens; ++i, count += kEach) {
        const std::string n = std::to_string(i);
        // properties.key_n == 'text n' and properties.$screen_width >= n, and nothing is made of it
        for (const char* part : {R"(,32,"text )", R"(",32,"key_)", R"(",32,"properties",1,2,11,33,)"})
            text.append(part).append(n);
        text += R"(,32,"$screen_width",32,"properties",1,2,14,3,2,35)";
    }
    text += ",29,38]";
    return text;
}

}  // namespace hogvm::bench
