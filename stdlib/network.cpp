#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

#include <hogvm/javascript.h>
#include <hogvm/library.h>

#include "arguments.h"
#include "families.h"

namespace hogvm::stdlib {
namespace {

/// An address: 4 bytes or 16.
struct Address {
    std::array<std::uint8_t, 16> bytes{};
    std::size_t size = 0;
};

/// Splits at each `separator` in turn: gives the part before it, and leaves the rest. At the end, `done` is set.
class Parts {
  public:
    Parts(std::string_view text, char separator) : rest_(text), separator_(separator) {}
    bool next(std::string_view& part) {
        if (done_) return false;
        const std::size_t end = rest_.find(separator_);
        part = rest_.substr(0, end);
        done_ = end == std::string_view::npos;
        if (!done_) rest_.remove_prefix(end + 1);
        return true;
    }

  private:
    std::string_view rest_;
    char separator_;
    bool done_ = false;
};

/// Four numbers up to 255, without leading zeros.
std::optional<Address> parse_v4(std::string_view text) {
    Address address{.size = 4};
    std::size_t count = 0;
    Parts parts(text, '.');
    for (std::string_view part; parts.next(part); ++count) {
        if (count == 4 || part.empty() || part.size() > 3 || (part[0] == '0' && part.size() > 1)) return std::nullopt;
        unsigned value = 0;
        for (const char c : part) {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + static_cast<unsigned>(c - '0');
        }
        if (value > 255) return std::nullopt;
        address.bytes[count] = static_cast<std::uint8_t>(value);
    }
    return count == 4 ? std::optional(address) : std::nullopt;
}

/// parseInt(text, 16), if it is between 0 and 65535: space and a sign may come before it, 0x too, and anything after.
std::optional<unsigned> parse_group(std::string_view text) {
    text = javascript::trim(text);
    const bool is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+')) text.remove_prefix(1);
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    unsigned value = 0;
    std::size_t count = 0;
    for (; count < text.size() && digit(text[count]) >= 0; ++count) {
        value = value * 16 + static_cast<unsigned>(digit(text[count]));
        if (value > 0xFFFF) return std::nullopt;
    }
    if (count == 0 || (is_negative && value > 0)) return std::nullopt;
    return value;
}

/// The groups of one side of `::`. Returns how many there are; nothing if one is no number, or there are more than 8.
std::optional<std::size_t> parse_groups(std::string_view text, std::array<unsigned, 8>& groups) {
    std::size_t count = 0;
    Parts parts(text, ':');
    for (std::string_view part; parts.next(part); ++count) {
        const std::optional<unsigned> group = parse_group(part);
        if (count == 8 || !group) return std::nullopt;
        groups[count] = *group;
    }
    return count;
}

/// Eight groups, or fewer around one `::`.
std::optional<Address> parse_v6(std::string_view text) {
    std::array<unsigned, 8> groups{};
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos) {
        if (parse_groups(text, groups) != 8) return std::nullopt;
    } else {
        const std::string_view before = text.substr(0, gap);
        const std::string_view after = text.substr(gap + 2);
        if (after.find("::") != std::string_view::npos) return std::nullopt;
        std::array<unsigned, 8> last{};
        const auto count_before = before.empty() ? std::size_t{0} : parse_groups(before, groups);
        const auto count_after = after.empty() ? std::size_t{0} : parse_groups(after, last);
        if (!count_before || !count_after || *count_before + *count_after > 7) return std::nullopt;
        for (std::size_t i = 0; i < *count_after; ++i) groups[8 - *count_after + i] = last[i];
    }
    Address address{.size = 16};
    for (std::size_t i = 0; i < 8; ++i) {
        address.bytes[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
        address.bytes[2 * i + 1] = static_cast<std::uint8_t>(groups[i] & 0xFF);
    }
    return address;
}

bool is_in_range(std::string_view address, std::string_view range) {
    const std::size_t slash = range.find('/');
    if (slash == std::string_view::npos) return false;
    const std::string_view network = range.substr(0, slash);
    const std::string_view mask = range.substr(slash + 1, range.find('/', slash + 1) - slash - 1);
    if (network.empty() || mask.empty()) return false;

    // Any number in JavaScript's notations will do: "8", " 0x8 ", "8.5" (which is 8).
    const double length = javascript::number_of(mask);
    const auto both_have = [&](char c) {
        return address.find(c) != std::string_view::npos && network.find(c) != std::string_view::npos;
    };
    const bool is_v4 = both_have('.');
    if (!is_v4 && !both_have(':')) return false;
    if (!(length >= 0 && length <= (is_v4 ? 32 : 128))) return false;

    const auto parse = is_v4 ? parse_v4 : parse_v6;
    const std::optional<Address> a = parse(address);
    const std::optional<Address> b = parse(network);
    if (!a || !b) return false;

    const auto bits = static_cast<std::size_t>(length);
    for (std::size_t i = 0; i < bits / 8; ++i)
        if (a->bytes[i] != b->bytes[i]) return false;
    if (bits % 8 == 0) return true;
    const auto difference = static_cast<unsigned>(a->bytes[bits / 8] ^ b->bytes[bits / 8]);
    return difference >> (8 - bits % 8) == 0;
}

/// Nothing is an error here: what is no address lies in no range.
Value is_ip_address_in_range(Call& call) {
    const bool are_texts = call[0].is_string() && call[1].is_string();
    return Value::boolean(are_texts && is_in_range(call[0].as_text(), call[1].as_text()));
}

constexpr Function kFunctions[] = {
    {"isIPAddressInRange", 2, 2, is_ip_address_in_range, "", false, "network", "isIPAddressInRange(address, range)",
     "Whether an IPv4 or IPv6 address lies in a range in CIDR notation. False if either is malformed.",
     "isIPAddressInRange('10.1.2.3', '10.0.0.0/8') = true"},
};

}  // namespace

std::span<const Function> network_functions() { return kFunctions; }

}  // namespace hogvm::stdlib
