#include "semver.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

namespace hogvm::semver {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The numbers of a version as they are written; nothing unless there are one to three of up to 18 digits.
std::vector<std::string> numbers_of(std::string_view version) {
    version = version.substr(0, version.find_first_of("-+"));
    std::vector<std::string> numbers;
    for (;;) {
        const std::string_view number = version.substr(0, version.find('.'));
        const bool is_number =
            !number.empty() && number.size() <= 18 && std::all_of(number.begin(), number.end(), is_digit);
        if (!is_number || numbers.size() == 3) return {};
        numbers.emplace_back(number);
        if (number.size() == version.size()) return numbers;
        version.remove_prefix(number.size() + 1);
    }
}

std::uint64_t value_of(const std::string& number) {
    std::uint64_t value = 0;
    std::from_chars(number.data(), number.data() + number.size(), value);
    return value;
}

std::string next(const std::string& number) { return std::to_string(value_of(number) + 1); }

/// Of three numbers, those that there are not being 0.
std::string join(std::vector<std::string> numbers) {
    numbers.resize(3, "0");
    return numbers[0] + '.' + numbers[1] + '.' + numbers[2];
}

}  // namespace

bool has_version(std::string_view text) {
    for (std::size_t dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.', dot + 1)) {
        if (dot > 0 && dot + 1 < text.size() && is_digit(text[dot - 1]) && is_digit(text[dot + 1])) return true;
    }
    return false;
}

std::optional<Range> tilde(std::string_view version) {
    const auto numbers = numbers_of(version);
    if (numbers.size() < 2) return {};
    return Range{join(numbers), join({numbers[0], next(numbers[1])})};
}

std::optional<Range> caret(std::string_view version) {
    auto numbers = numbers_of(version);
    if (numbers.empty()) return {};
    numbers.resize(3, "0");
    const std::string lower = join(numbers);
    if (value_of(numbers[0]) > 0) return Range{lower, join({next(numbers[0])})};
    if (value_of(numbers[1]) > 0) return Range{lower, join({"0", next(numbers[1])})};
    return Range{lower, join({"0", "0", next(numbers[2])})};
}

std::optional<Range> wildcard(std::string_view version) {
    if (version.ends_with(".*")) version.remove_suffix(2);
    const auto numbers = numbers_of(version);
    switch (numbers.size()) {
        case 1: return Range{join(numbers), join({next(numbers[0])})};
        case 2: return Range{join(numbers), join({numbers[0], next(numbers[1])})};
        case 3: return Range{join(numbers) + ".0", join({numbers[0], numbers[1], next(numbers[2])}) + ".0"};
        default: return {};
    }
}

}  // namespace hogvm::semver
