#include "version.h"

#include <cstdint>
#include <string_view>

namespace hogvm::matching {
namespace {

constexpr std::size_t kMostDigits = 15;

bool is_digit(std::string_view text, std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; }

std::size_t end_of_digits(std::string_view text, std::size_t at) {
    while (is_digit(text, at)) ++at;
    return at;
}

/// Where the first digits begin that a dot and other digits follow; the size of the text if there are none.
std::size_t start_of_version(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (!is_digit(text, at)) {
            ++at;
            continue;
        }
        const std::size_t end = end_of_digits(text, at);
        if (end < text.size() && text[end] == '.' && is_digit(text, end + 1)) return at;
        at = end;
    }
    return text.size();
}

}  // namespace

std::optional<Value> sortable_version(Value v, Heap& heap) {
    if (v.is(Type::Null)) return Value::array(heap.array(0));
    if (!v.is_string()) return std::nullopt;
    const std::string_view text = v.as_text();
    Array* numbers = heap.array(4);
    for (std::size_t at = start_of_version(text); is_digit(text, at);) {
        const std::size_t end = end_of_digits(text, at);
        if (end - at > kMostDigits) return std::nullopt;
        std::int64_t number = 0;
        for (; at < end; ++at) number = 10 * number + (text[at] - '0');
        heap.append(numbers, Value::integer(number));
        if (end == text.size() || text[end] != '.') break;
        at = end + 1;
    }
    return Value::array(numbers);
}

}  // namespace hogvm::matching
