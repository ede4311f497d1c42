// How two answers of the exchange compare, by the rules of answers.mjs, and the recorded ones to compare with.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <hogvm/heap.h>
#include <hogvm/value.h>

namespace hogvm::conformance {

/// A member of a JSON object, null where there is none.
Value member(Value object, std::string_view key);
/// Of a string; empty of anything else.
std::string_view text_of(Value v);
/// The message of an answer's error, empty if it has none.
std::string_view message(Value answer);

struct Mismatch {
    std::string_view field;
    std::string expected;
    std::string ours;
};

/// Where `ours` is not what was expected; both as JSON was parsed.
std::vector<Mismatch> mismatches(Value expected, Value ours);
/// A line for each, long values cut around the place where they part.
std::string describe(const std::vector<Mismatch>& found);

/// A case of a recorded file, which has one a line, the request last in it and as it was written: 1 and 1.0 differ only
/// there.
struct RecordedCase {
    std::string line;     // JSON, the request included
    std::string request;  // JSON
};

std::vector<RecordedCase> cases_of(const std::filesystem::path& file);
/// The JSON files of a folder of conformance/, sorted.
std::vector<std::filesystem::path> files_of(std::string_view folder);

}  // namespace hogvm::conformance
