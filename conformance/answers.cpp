#include "answers.h"

#include <algorithm>
#include <fstream>

#include <hogvm/json.h>

namespace hogvm::conformance {
namespace {

bool is_true(Value v) { return v.is(Type::Bool) && v.as_bool(); }
std::string_view status(Value answer) { return text_of(member(answer, "status")); }

constexpr std::string_view kTimedOut = "Execution timed out after ";

/// Of the message of a timeout only the first sentence lasts.
std::string_view lasting(std::string_view message) {
    constexpr std::string_view kEnd = " seconds.";
    if (!message.starts_with(kTimedOut)) return message;
    const std::size_t end = message.find(kEnd);
    return end == std::string_view::npos ? message : message.substr(0, end + kEnd.size());
}

std::vector<std::string_view> fields_to_compare(Value answer) {
    if (is_true(member(member(answer, "error"), "engine"))) return {"printed", "ops"};
    if (message(answer).starts_with(kTimedOut)) return {"error"};
    if (status(answer) == "finished") return {"printed", "result", "json", "ops", "maxMemUsed", "asyncSteps", "trace"};
    if (status(answer) == "suspended") return {"printed", "async", "state", "ops", "maxMemUsed", "asyncSteps", "trace"};
    return {"printed", "error", "ops", "maxMemUsed", "asyncSteps", "trace"};
}

std::string view(Value answer, std::string_view field) {
    const Value v = member(answer, field);
    if (field != "error") return json::to_text(v);
    std::string out = json::to_text(member(v, "type")) + " " + std::string(lasting(message(answer)));
    for (const std::string_view part : {"hogType", "payload"}) out += " " + json::to_text(member(v, part));
    return out;
}

/// The part of a long text around where it parts from another.
std::string around(std::string_view text, std::string_view other) {
    const auto parted = std::mismatch(text.begin(), text.end(), other.begin(), other.end()).first - text.begin();
    const auto from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, parted - 60));
    return (from > 0 ? "…" : "") + std::string(text.substr(from, 160)) + (text.size() - from > 160 ? "…" : "");
}

}  // namespace

Value member(Value object, std::string_view key) {
    if (!object.is(Type::Object)) return Value::null();
    for (const Entry& e : object.as_dict()->items())
        if (e.key.as_text() == key) return e.value;
    return Value::null();
}

std::string_view text_of(Value v) { return v.is_string() ? v.as_text() : std::string_view(); }
std::string_view message(Value answer) { return text_of(member(member(answer, "error"), "message")); }

std::vector<Mismatch> mismatches(Value expected, Value ours) {
    if (status(expected) != status(ours)) {
        const auto told = [](Value answer) {
            return std::string(status(answer)) + ": " + std::string(message(answer)) +
                   std::string(text_of(member(answer, "result")));
        };
        return {{"status", told(expected), told(ours)}};
    }
    std::vector<Mismatch> found;
    for (const std::string_view field : fields_to_compare(expected)) {
        Mismatch seen{field, view(expected, field), view(ours, field)};
        if (seen.expected != seen.ours) found.push_back(std::move(seen));
    }
    return found;
}

std::string describe(const std::vector<Mismatch>& found) {
    std::string out;
    for (const Mismatch& m : found) {
        out += "\n  field    " + std::string(m.field) + "\n  expected " + around(m.expected, m.ours) + "\n  got      " +
               around(m.ours, m.expected);
    }
    return out;
}

std::vector<RecordedCase> cases_of(const std::filesystem::path& path) {
    constexpr std::string_view kRequest = R"(,"request":)";
    std::vector<RecordedCase> cases;
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);  // the reference's version
    while (std::getline(file, line) && line != "]}") {
        if (line.ends_with(',')) line.pop_back();
        const std::size_t from = line.rfind(kRequest) + kRequest.size();
        cases.push_back({line, line.substr(from, line.size() - from - 1)});
    }
    return cases;
}

std::vector<std::filesystem::path> files_of(std::string_view folder) {
    std::vector<std::filesystem::path> files;
    const std::filesystem::path root = HOGVM_SOURCE_DIR "/conformance";
    for (const auto& entry : std::filesystem::directory_iterator(root / folder))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace hogvm::conformance
