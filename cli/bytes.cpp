#include "bytes.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>

namespace hogvm::cli {

std::optional<std::int64_t> parse_bytes(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0) return {};

    std::string unit(end, text.data() + text.size());
    std::ranges::transform(unit, unit.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (unit.ends_with('b')) unit.pop_back();
    if (unit.size() == 2 && unit.ends_with('i')) unit.pop_back();
    constexpr std::string_view kPowers = "kmgt";
    if (unit.size() > 1) return {};
    if (unit.empty()) return number;
    const std::size_t power = kPowers.find(unit[0]);
    if (power == std::string_view::npos) return {};
    std::int64_t bytes = 0;
    if (__builtin_mul_overflow(number, std::int64_t{1} << (10 * (power + 1)), &bytes)) return {};
    return bytes;
}

}  // namespace hogvm::cli
