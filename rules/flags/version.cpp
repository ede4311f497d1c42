#include "version.h"

#include <charconv>
#include <limits>

#include <hogvm/javascript.h>

namespace hogvm::flags {
namespace {

/// A part without a leading zero; nothing for any other text.
std::optional<double> parse_part(std::string_view part) {
    if (part.empty() || part.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    if (part.size() > 1 && part[0] == '0') return std::nullopt;
    double number = 0;
    if (part.size() <= 15) {
        for (const char c : part) number = number * 10 + (c - '0');
        return number;
    }
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    return error == std::errc::result_out_of_range ? std::numeric_limits<double>::infinity() : number;
}

std::string_view trimmed(std::string_view text) {
    const auto is_plain = [](char c) { return c > ' ' && static_cast<unsigned char>(c) < 0x80; };
    if (text.empty() || !is_plain(text.front()) || !is_plain(text.back())) text = javascript::trim(text);
    if (text.starts_with('v') || text.starts_with('V')) text.remove_prefix(1);
    return text;
}

std::string_view cut(std::string_view& text, char separator) {
    const std::size_t end = text.find(separator);
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return part;
}

}  // namespace

std::optional<Version> parse_version(std::string_view text) {
    text = trimmed(text);
    text = text.substr(0, text.find('-'));
    text = text.substr(0, text.find('+'));
    if (text.empty() || text.starts_with('.')) return std::nullopt;
    Version version{};
    for (double& number : version) {
        const std::string_view part = cut(text, '.');
        if (part.empty()) continue;
        const auto parsed = parse_part(part);
        if (!parsed) return std::nullopt;
        number = *parsed;
    }
    return version;
}

VersionRange tilde_range(const Version& v) { return {v, {v[0], v[1] + 1, 0}}; }

VersionRange caret_range(const Version& v) {
    if (v[0] > 0) return {v, {v[0] + 1, 0, 0}};
    if (v[1] > 0) return {v, {0, v[1] + 1, 0}};
    return {v, {0, 0, v[2] + 1}};
}

std::optional<VersionRange> wildcard_range(std::string_view text) {
    text = trimmed(text);
    if (text.ends_with(".*")) text.remove_suffix(2);
    if (text.ends_with('*')) text.remove_suffix(1);
    if (text.empty()) return std::nullopt;
    const bool has_minor = text.find('.') != std::string_view::npos;
    const auto major = parse_part(cut(text, '.'));
    if (!major) return std::nullopt;
    if (!has_minor) return VersionRange{{*major, 0, 0}, {*major + 1, 0, 0}};
    const auto minor = parse_part(cut(text, '.'));
    if (!minor) return std::nullopt;
    return VersionRange{{*major, *minor, 0}, {*major, *minor + 1, 0}};
}

}  // namespace hogvm::flags
