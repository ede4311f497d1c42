#include "zone.h"

#include <absl/time/time.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include <hogvm/hash.h>

#include "civil.h"
#include "text.h"

namespace hogvm::calendar {

/// One name of the database. Its data are read when first asked for.
struct Zone::Named {
    std::string name, file;
    std::once_flag loaded;
    std::optional<absl::TimeZone> data;
};

namespace {

std::string lowered(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

/// Names that Node's ICU accepts beside the time zone database's. (It also has SystemV/AST4ADT and its four sisters,
/// with rules of their own that the database dropped in 2020; those are invalid here.)
constexpr std::array<std::pair<std::string_view, std::string_view>, 34> kIcuNames = {{
    {"ACT", "Australia/Darwin"},    {"AET", "Australia/Sydney"},     {"AGT", "America/Argentina/Buenos_Aires"},
    {"ART", "Africa/Cairo"},        {"AST", "America/Anchorage"},    {"BET", "America/Sao_Paulo"},
    {"BST", "Asia/Dhaka"},          {"CAT", "Africa/Maputo"},        {"CNT", "America/St_Johns"},
    {"CST", "America/Chicago"},     {"CTT", "Asia/Shanghai"},        {"Canada/East-Saskatchewan", "America/Regina"},
    {"EAT", "Africa/Nairobi"},      {"ECT", "Europe/Paris"},         {"IET", "America/Indiana/Indianapolis"},
    {"IST", "Asia/Kolkata"},        {"JST", "Asia/Tokyo"},           {"MIT", "Pacific/Apia"},
    {"NET", "Asia/Yerevan"},        {"NST", "Pacific/Auckland"},     {"PLT", "Asia/Karachi"},
    {"PNT", "America/Phoenix"},     {"PRT", "America/Puerto_Rico"},  {"PST", "America/Los_Angeles"},
    {"SST", "Pacific/Guadalcanal"}, {"SystemV/AST4", "Etc/GMT+4"},   {"SystemV/CST6", "Etc/GMT+6"},
    {"SystemV/EST5", "Etc/GMT+5"},  {"SystemV/HST10", "Etc/GMT+10"}, {"SystemV/MST7", "Etc/GMT+7"},
    {"SystemV/PST8", "Etc/GMT+8"},  {"SystemV/YST9", "Etc/GMT+9"},   {"US/Pacific-New", "America/Los_Angeles"},
    {"VST", "Asia/Ho_Chi_Minh"},
}};

using ZoneIndex = KeyedMap<std::string, Zone::Named>;

constexpr std::string_view kZoneinfoFolder = "/usr/share/zoneinfo";

void add_name(ZoneIndex& index, std::string_view name, std::string_view file) {
    Zone::Named& entry = index[lowered(name)];
    if (!entry.name.empty()) return;
    entry.name = name;
    entry.file = file;
}

ZoneIndex read_index() {
    namespace fs = std::filesystem;
    static constexpr std::array<std::string_view, 7> kNotZones = {"posix",   "right",       "localtime",   "posixrules",
                                                                  "Factory", "leapseconds", "leap-seconds"};
    ZoneIndex index;
    std::error_code error;
    for (fs::recursive_directory_iterator it(kZoneinfoFolder, error), end; !error && it != end; it.increment(error)) {
        const std::string path = it->path().string();
        const std::string_view name = std::string_view(path).substr(kZoneinfoFolder.size() + 1);
        const bool skipped = std::find(kNotZones.begin(), kNotZones.end(), name) != kNotZones.end();
        std::error_code status_error;
        if (it->is_directory(status_error)) {
            if (skipped) it.disable_recursion_pending();
        } else if (!skipped && name.find('.') == std::string_view::npos) {
            add_name(index, name, name);
        }
    }
    for (const auto& [name, file] : kIcuNames) {
        if (index.contains(lowered(file))) add_name(index, name, file);
    }
    return index;
}

/// The database's entry for a name in any case; null if it has none.
const Zone::Named* find_named(std::string_view name) {
    static ZoneIndex index = read_index();  // its shape never changes again
    std::array<char, 64> key;
    if (name.empty() || name.size() > key.size()) return nullptr;
    std::transform(name.begin(), name.end(), key.begin(), lower);
    const auto it = index.find(std::string_view(key.data(), name.size()));
    if (it == index.end()) return nullptr;
    Zone::Named& entry = it->second;
    std::call_once(entry.loaded, [&entry] {
        absl::TimeZone data;
        if (absl::LoadTimeZone(entry.file, &data)) entry.data = data;
    });
    return entry.data ? &entry : nullptr;
}

/// "+3", "-03", "+3:30" to the end of the text.
std::optional<int> parse_specifier_offset(std::string_view text) {
    if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    std::size_t at = 1;
    int hours = 0, minutes = 0;
    while (at < text.size() && at < 3 && is_digit(text[at])) hours = hours * 10 + digit(text[at++]);
    if (at == 1) return std::nullopt;
    if (at < text.size()) {
        if (text.size() != at + 3 || text[at] != ':' || !is_digit(text[at + 1]) || !is_digit(text[at + 2])) {
            return std::nullopt;
        }
        minutes = digit(text[at + 1]) * 10 + digit(text[at + 2]);
    }
    return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

Zone named_zone(Zone::Kind kind, std::string_view name) {
    const Zone::Named* named = find_named(name);
    return named == nullptr ? Zone() : Zone(kind, 0, named);
}

}  // namespace

int Zone::offset_seconds(std::int64_t seconds) const {
    return named_ == nullptr ? 0 : named_->data->At(absl::FromUnixSeconds(seconds)).offset;
}

std::string Zone::abbreviation(std::int64_t seconds) const {
    return named_ == nullptr ? name() : named_->data->At(absl::FromUnixSeconds(seconds)).zone_abbr;
}

double Zone::offset(double ms) const {
    if (kind_ == Kind::Fixed) return fixed_minutes_;
    const double date = time_clip(ms);
    if (kind_ == Kind::None || std::isnan(date)) return kNaN;
    const std::int64_t seconds = floor_div(static_cast<std::int64_t>(date), 1000);
    const int offset = offset_seconds(seconds);
    const int whole_minutes = offset / 60;
    if (kind_ == Kind::System) return whole_minutes;
    if (std::abs(static_cast<double>(seconds + offset) * 1000) > kMaxDateMs) return kNaN;
    return offset * 1000 / kMsPerMinute;
}

std::string Zone::name() const {
    if (named_ != nullptr) return named_->name;
    std::string name = "UTC";
    if (fixed_minutes_ != 0) append_offset(name, fixed_minutes_, OffsetStyle::Narrow);
    return name;
}

std::string Zone::reported_name(std::string_view requested) const {
    return kind_ == Kind::Iana ? std::string(requested) : name();
}

Zone fixed(double minutes) {
    if (!std::isfinite(minutes)) return {};
    return {Zone::Kind::Fixed, minutes + 0.0, nullptr};  // no negative zero
}

Zone process_zone(std::string_view iana_name) {
    if (iana_name == "UTC") return {Zone::Kind::System, 0, nullptr};
    return named_zone(Zone::Kind::System, iana_name);
}

Zone find_iana(std::string_view name) { return named_zone(Zone::Kind::Iana, name); }

Zone find(std::string_view name, const Zone& local) {
    if (name == "UTC") return utc();
    if (name.size() >= 3 && name.size() <= 9) {
        const std::string small = lowered(name);
        if (small == "utc" || small == "gmt") return utc();
        if (small == "local" || small == "system" || small == "default") return local ? local : process_zone("UTC");
        if (small.starts_with("utc")) {
            if (const auto minutes = parse_specifier_offset(std::string_view(small).substr(3))) return fixed(*minutes);
        }
    }
    return find_iana(name);
}

}  // namespace hogvm::calendar
