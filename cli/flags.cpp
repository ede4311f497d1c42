#include "flags.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <hogvm/error.h>
#include <hogvm/flags.h>
#include <hogvm/json.h>

#include "exit.h"
#include "input.h"
#include "output.h"

namespace hogvm::cli {
namespace {

using Row = std::array<std::string, 4>;

/// Checked one by one, so that a mistake is told by its option.
void append_member(std::string_view name, std::string_view option, const std::string& json, std::string& out) {
    if (json.empty()) return;
    Heap heap;
    bool is_object = false;
    try {
        is_object = json::parse(json, heap).is(Type::Object);
    } catch (const json::ParseError&) {
    } catch (const Failure&) {
    }
    if (!is_object)
        throw Stop(std::string(option) + R"( takes a JSON object, such as '{"plan": "pro"}', and got )" + json);
    out.append(",\"").append(name).append("\":").append(json);
}

FlagPerson person_of(const FlagsArguments& arguments) {
    std::string json = "{\"distinctId\":" + json::to_text(Value::text(arguments.distinct_id));
    append_member("personProperties", "--person", arguments.person, json);
    append_member("groups", "--groups", arguments.groups, json);
    append_member("groupProperties", "--group-properties", arguments.group_properties, json);
    return FlagPerson(json + "}");
}

FlagSet flags_of(const std::string& path) {
    try {
        return FlagSet(std::string_view(read_all(path)));
    } catch (const LoadError& error) {
        throw Stop(path + ": " + error.what());
    }
}

std::string value_of(const FlagAnswer& answer) {
    if (!answer.decided()) return answer.outcome == FlagAnswer::Outcome::NeedsServer ? "needs server" : "inconclusive";
    if (!answer.variant.empty()) return std::string(answer.variant);
    return answer.enabled ? "true" : "false";
}

std::string why(const FlagAnswer& answer) {
    if (!answer.decided()) return std::string(name_of(answer.reason));
    if (answer.condition != FlagAnswer::kNoCondition) return "condition " + std::to_string(answer.condition);
    return answer.enabled ? "holdout" : "no condition matches";
}

/// The widths of all columns but the last, in bytes.
void write_table(const std::vector<Row>& rows) {
    std::array<std::size_t, 3> widths{};
    for (const Row& row : rows)
        for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t c = 0; c < widths.size(); ++c) {
            line += row[c];
            line.append(widths[c] + 2 - row[c].size(), ' ');
        }
        line += row.back();
        line.erase(line.find_last_not_of(' ') + 1);
        write_line(line);
    }
}

}  // namespace

int show_flags(const FlagsArguments& arguments) {
    const FlagPerson person = person_of(arguments);
    const FlagSet flags = flags_of(arguments.definitions);
    for (const FlagProblem& problem : flags.problems()) complain(problem.text());
    std::vector<Row> rows = {{"FLAG", "VALUE", "WHY", "PAYLOAD"}};
    for (const FlagAnswer& answer : flags.evaluate_all(person.context())) {
        if (arguments.as_json) {
            write_line(answer.json());
        } else {
            rows.push_back({std::string(answer.key), value_of(answer), why(answer), std::string(answer.payload)});
        }
    }
    if (!arguments.as_json) write_table(rows);
    flush();
    return kDone;
}

}  // namespace hogvm::cli
