#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <hogvm/filter.h>
#include <hogvm/vm.h>

// Filters come from outside. Whatever is done to a good one, it either compiles to a program that checks out or is
// refused with a FilterError that points somewhere in it.

using namespace hogvm;
namespace json = boost::json;

namespace {

class Mutator {
  public:
    explicit Mutator(std::uint64_t seed) : state_(seed) {}

    void mutate(json::value& document) {
        for (std::size_t i = 1 + below(3); i > 0; --i) {
            std::vector<json::value*> all;
            collect(document, all);
            change(*all[below(all.size())]);
        }
    }

  private:
    std::size_t below(std::size_t end) {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<std::size_t>(state_ % end);
    }

    static void collect(json::value& value, std::vector<json::value*>& all) {
        all.push_back(&value);
        if (value.is_array()) {
            for (json::value& item : value.get_array()) collect(item, all);
        } else if (value.is_object()) {
            for (auto& member : value.get_object()) collect(member.value(), all);
        }
    }

    void change(json::value& value) {
        if (value.is_object() && !value.get_object().empty() && below(3) > 0) {
            json::object& object = value.get_object();
            const std::string key = (object.begin() + static_cast<std::ptrdiff_t>(below(object.size())))->key();
            if (below(2) == 0) {
                object.erase(key);
            } else {
                object[member()] = odd();
            }
        } else if (value.is_array() && below(3) > 0) {
            json::array& array = value.get_array();
            if (array.empty() || below(2) == 0) {
                array.push_back(odd());
            } else {
                array.push_back(json::value(array[below(array.size())]));
            }
        } else {
            value = odd();
        }
    }

    std::string member() {
        static const char* const kNames[] = {"key",      "type",     "value",    "operator",        "values",
                                             "negation", "id",       "steps",    "event",           "selector",
                                             "url",      "text",     "bytecode", "properties",      "events",
                                             "href",     "tag_name", "actions",  "group_type_index"};
        return kNames[below(std::size(kNames))];
    }

    json::value odd() {
        static const char* const kTexts[] = {"",
                                             "AND",
                                             "OR",
                                             "cohort",
                                             "hogql",
                                             "element",
                                             "group",
                                             "between",
                                             "in",
                                             "regex",
                                             "not_in",
                                             "(",
                                             "[a-",
                                             "a > b",
                                             "a:hover",
                                             "#x.y",
                                             "1.2.*",
                                             "$autocapture",
                                             "semver_caret",
                                             "selector",
                                             "\xF0\x9F\x98\x80",
                                             "a\0b",
                                             "%",
                                             "is_set",
                                             "event",
                                             "person",
                                             "7"};
        switch (below(14)) {
            case 0: return nullptr;
            case 1: return true;
            case 2: return static_cast<std::int64_t>(below(10)) - 5;
            case 3: return 1e308;
            case 4: return json::array();
            case 5: return json::object();
            case 6: return json::array{nullptr, json::array{1}, json::object()};
            case 7: return json::string(70'000, '(');
            case 8: return json::array(500, json::value("a"));
            case 9: return json::array{"_H", 1, 29, 38};
            case 10: return deep();
            default: return json::string(kTexts[below(std::size(kTexts))]);
        }
    }
    static json::value deep() {
        json::value value = 1;
        for (int i = 0; i < 1000; ++i) value = json::object{{"type", "AND"}, {"values", json::array{std::move(value)}}};
        return value;
    }

    std::uint64_t state_;
};

}  // namespace

TEST_CASE("a filter that was tampered with compiles to a sound program or is refused") {
    std::ifstream file(std::string(HOGVM_SOURCE_DIR) + "/rules/filter_cases.json");
    std::ostringstream text;
    text << file.rdbuf();
    const json::value recorded = json::parse(text.str());
    const json::array& cases = recorded.at("cases").as_array();
    const json::value& event = recorded.at("events").at(0);

    Vm vm;
    int compiled = 0, refused = 0;
    for (std::uint64_t seed = 1; seed <= 8000; ++seed) {
        json::value filter = cases[seed % cases.size()].at("filter");
        json::value options = recorded.at("options");
        Mutator mutator(seed * 0x9E3779B97F4A7C15);
        mutator.mutate(seed % 4 == 0 ? options : filter);
        INFO(seed);
        try {
            const auto program = compile_filter(filter, FilterOptions::from_json(options));
            CHECK(program->check().empty());
            vm.run(*program, event);
            ++compiled;
        } catch (const FilterError& error) {
            CHECK(!error.message.empty());
            ++refused;
        }
    }
    CHECK(compiled > 1000);
    CHECK(refused > 1000);
}
