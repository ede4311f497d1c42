#include "calendar.h"

#include <absl/time/time.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hogvm::calendar {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double max_date_ms = 8.64e15;
constexpr double ms_per_day = 86400000;
constexpr double ms_per_minute = 60000;

// ---- JavaScript's Date, without the object ----

struct Civil {
    std::int64_t year;
    int month, day;
};

// Days since 1970-01-01 of a date in the proleptic Gregorian calendar, and back, counting years from March so that the
// leap day is the last.
constexpr std::int64_t days_from_civil(std::int64_t year, int month, int day) {
    year -= month <= 2 ? 1 : 0;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

constexpr Civil civil_from_days(std::int64_t days) {
    days += 719468;
    const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const std::int64_t day_of_era = days - era * 146097;
    const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int shifted = static_cast<int>((5 * day_of_year + 2) / 153);
    const int day = static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1);
    const int month = shifted < 10 ? shifted + 3 : shifted - 9;
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

constexpr int weekday_of_days(std::int64_t days) {  // 1 = Monday; 1970-01-01 was a Thursday
    return static_cast<int>((days + 3) - floor_div(days + 3, 7) * 7) + 1;
}

// TimeClip: whole milliseconds towards zero, NaN out of range.
double time_clip(double ms) { return std::abs(ms) <= max_date_ms ? std::trunc(ms) + 0.0 : nan_value; }

// MakeDay with V8's limits; month from 0, any whole number.
double make_day(double year, double month, double day) {
    if (!(std::abs(year) <= 1e6) || !(std::abs(month) <= 1e7) || !std::isfinite(day)) return nan_value;
    const auto months = static_cast<std::int64_t>(month);
    const std::int64_t carried = floor_div(months, 12);
    const std::int64_t first =
        days_from_civil(static_cast<std::int64_t>(year) + carried, static_cast<int>(months - carried * 12) + 1, 1);
    return static_cast<double>(first - 1) + std::trunc(day);
}

// A local time as fields, perhaps with too many days, months or hours in it; all whole numbers.
struct RawTime {
    double year, month, day, hour, minute, second, millisecond;
};

// Milliseconds since the epoch as if the fields were UTC's. Date.UTC takes years 0-99 for 1900-1999; Luxon undoes that
// by setting the date again, and then JavaScript takes an invalid date for the epoch.
double local_millis(const RawTime& t) {
    const bool two_digits = t.year >= 0 && t.year < 100;
    const double time = t.hour * 3600000 + t.minute * 60000 + t.second * 1000 + t.millisecond;
    const double ms = time_clip(make_day(two_digits ? 1900 + t.year : t.year, t.month - 1, t.day) * ms_per_day + time);
    if (!two_digits) return ms;
    const double time_in_day = std::isnan(ms) ? 0 : ms - std::floor(ms / ms_per_day) * ms_per_day;
    return time_clip(make_day(t.year, t.month - 1, t.day) * ms_per_day + time_in_day);
}

bool is_leap_year(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }
int days_in_year(std::int64_t year) { return is_leap_year(year) ? 366 : 365; }

int days_in_month(std::int64_t year, int month) {
    static constexpr std::array<std::int8_t, 12> lengths = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap_year(year) ? 29 : lengths[static_cast<std::size_t>(month - 1)];
}

int day_of_year(std::int64_t year, int month, int day) {
    return static_cast<int>(days_from_civil(year, month, day) - days_from_civil(year, 1, 1)) + 1;
}

// Luxon gets the weekday by way of the year 1900, which has no 29 February, while year 0 has.
int luxon_weekday(std::int64_t year, int month, int day) {
    const bool skips = year == 0 && month == 2 && day == 29;
    return weekday_of_days(days_from_civil(year, month, day) + (skips ? 1 : 0));
}

// A rule for weeks: what day (1 = Monday) they start on, and how many days of a year its first week must have.
struct WeekRule {
    int start, least_days;
    [[nodiscard]] int weekday(std::int64_t year, int month, int day) const {
        return (luxon_weekday(year, month, day) - start + 7) % 7 + 1;
    }
    [[nodiscard]] int first_offset(std::int64_t year) const { return least_days - 1 - weekday(year, 1, least_days); }
    [[nodiscard]] int weeks_in(std::int64_t year) const {
        return (days_in_year(year) - first_offset(year) + first_offset(year + 1)) / 7;
    }
};
constexpr WeekRule iso_week{1, 4};
constexpr WeekRule american_week{7, 1};

struct Week {
    std::int64_t year;
    int number;
};

Week week_of(const WeekRule& rule, std::int64_t year, int month, int day) {
    const int days = day_of_year(year, month, day) - rule.weekday(year, month, day) + 14 - rule.least_days;
    const int number = static_cast<int>(floor_div(days, 7));
    if (number < 1) return {year - 1, rule.weeks_in(year - 1)};
    if (number > rule.weeks_in(year)) return {year + 1, 1};
    return {year, number};
}

// The fields of a count of whole milliseconds within Date's range (or a little outside: a zone's offset beyond).
struct ClockTime {
    std::int64_t days;
    Civil date;
    int hour, minute, second, millisecond;
};

ClockTime clock_time(std::int64_t ms) {
    const std::int64_t days = floor_div(ms, 86400000);
    const int rest = static_cast<int>(ms - days * 86400000);
    return {days, civil_from_days(days), rest / 3600000, rest / 60000 % 60, rest / 1000 % 60, rest % 1000};
}

// ---- Zones: names and data ----

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
constexpr bool is_zone_letter(char c) { return is_letter(c) || c == '_' || c == '+' || c == '-'; }

std::string lowered(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

// Names that Node's ICU accepts beside the time zone database's. (It also has SystemV/AST4ADT and its four sisters,
// with rules of their own that the database dropped in 2020; those are invalid here.)
constexpr std::array<std::pair<std::string_view, std::string_view>, 34> icu_names = {{
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

}  // namespace

struct Zone::Rules {
    absl::TimeZone zone;
};

namespace {

// One name of the database. Its zones are made when first asked for.
struct NamedZone {
    std::string name, file;
    std::once_flag loaded;
    std::unique_ptr<const Zone> iana, system;
};

struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

using ZoneIndex = std::unordered_map<std::string, NamedZone, NameHash, std::equal_to<>>;

constexpr std::string_view zoneinfo_folder = "/usr/share/zoneinfo";

void add_name(ZoneIndex& index, std::string_view name, std::string_view file) {
    NamedZone& entry = index[lowered(name)];
    if (!entry.name.empty()) return;
    entry.name = name;
    entry.file = file;
}

ZoneIndex read_index() {
    namespace fs = std::filesystem;
    static constexpr std::array<std::string_view, 7> not_zones = {"posix",   "right",       "localtime",   "posixrules",
                                                                  "Factory", "leapseconds", "leap-seconds"};
    ZoneIndex index;
    std::error_code error;
    for (fs::recursive_directory_iterator it(zoneinfo_folder, error), end; !error && it != end; it.increment(error)) {
        const std::string path = it->path().string();
        const std::string_view name = std::string_view(path).substr(zoneinfo_folder.size() + 1);
        const bool skipped = std::find(not_zones.begin(), not_zones.end(), name) != not_zones.end();
        std::error_code status_error;
        if (it->is_directory(status_error)) {
            if (skipped) it.disable_recursion_pending();
        } else if (!skipped && name.find('.') == std::string_view::npos) {
            add_name(index, name, name);
        }
    }
    for (const auto& [name, file] : icu_names) {
        if (index.contains(lowered(file))) add_name(index, name, file);
    }
    return index;
}

NamedZone* find_named(std::string_view name) {
    static ZoneIndex index = read_index();  // its shape never changes again
    std::array<char, 64> key;
    if (name.empty() || name.size() > key.size()) return nullptr;
    std::transform(name.begin(), name.end(), key.begin(), lower);
    const auto it = index.find(std::string_view(key.data(), name.size()));
    if (it == index.end()) return nullptr;
    NamedZone& entry = it->second;
    std::call_once(entry.loaded, [&entry] {
        auto rules = std::make_shared<Zone::Rules>();
        if (!absl::LoadTimeZone(entry.file, &rules->zone)) return;
        entry.iana = std::make_unique<const Zone>(Zone::Kind::Iana, 0, entry.name, rules);
        entry.system = std::make_unique<const Zone>(Zone::Kind::System, 0, entry.name, rules);
    });
    return &entry;
}

const Zone* find_iana(std::string_view name) {
    const NamedZone* named = find_named(name);
    return named == nullptr ? nullptr : named->iana.get();
}

// Luxon's formatOffset: "+5:30" narrow, "+05:30" short, "+0530" techie.
enum class OffsetStyle : std::uint8_t { Narrow, Short, Techie };

void append_padded(std::string& out, std::int64_t value, int width) {
    std::array<char, 24> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value < 0 ? -value : value);
    if (value < 0) out += '-';
    for (auto length = end - digits.data(); length < width; ++length) out += '0';
    out.append(digits.data(), end);
}

void append_offset(std::string& out, double offset, OffsetStyle style) {
    const auto hours = static_cast<std::int64_t>(std::abs(offset / 60));
    const auto minutes = static_cast<std::int64_t>(std::abs(std::fmod(offset, 60)));
    out += offset >= 0 ? '+' : '-';
    append_padded(out, hours, style == OffsetStyle::Narrow ? 1 : 2);
    if (style == OffsetStyle::Narrow && minutes == 0) return;
    if (style != OffsetStyle::Techie) out += ':';
    append_padded(out, minutes, style == OffsetStyle::Narrow ? 1 : 2);
}

Zone make_fixed(int minutes) {
    std::string name = "UTC";
    if (minutes != 0) append_offset(name, minutes, OffsetStyle::Narrow);
    return {Zone::Kind::Fixed, minutes, std::move(name), nullptr};
}

const Zone* find_fixed(int minutes) {
    if (minutes == 0) return utc();
    static std::shared_mutex mutex;
    static std::map<int, Zone> zones;  // at most 2 * (99 * 60 + 99), the range of the grammar
    {
        const std::shared_lock lock(mutex);
        if (const auto it = zones.find(minutes); it != zones.end()) return &it->second;
    }
    const std::unique_lock lock(mutex);
    return &zones.try_emplace(minutes, make_fixed(minutes)).first->second;
}

int digit(char c) { return c - '0'; }

// "+3", "-03", "+3:30" to the end of the text.
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

// The local time that a DateTime shows, as whole milliseconds since the epoch; NaN if out of range.
double shown_millis(double ms, double offset) { return time_clip(ms + offset * 60 * 1000); }

ClockTime shown_time(const DateTime& when) {  // of a valid one
    return clock_time(static_cast<std::int64_t>(shown_millis(when.ms, when.offset)));
}

RawTime raw_time(const DateTime& when) {
    const ClockTime c = shown_time(when);
    return {static_cast<double>(c.date.year),  static_cast<double>(c.date.month), static_cast<double>(c.date.day),
            static_cast<double>(c.hour),       static_cast<double>(c.minute),     static_cast<double>(c.second),
            static_cast<double>(c.millisecond)};
}

DateTime with_offset(double ms, double offset, const Zone* zone) {
    if (std::isnan(shown_millis(ms, offset))) return {nan_value, nan_value, zone};
    return {ms, offset, zone};
}

// Luxon's clone: an instant that stays where it was keeps its offset.
DateTime moved(const DateTime& from, double ms) { return ms == from.ms ? from : from_millis(ms, from.zone); }

struct Fixed {
    double ms, offset;
};

// Luxon's fixOffset: the instant of a local time, given a guess of the offset.
Fixed fix_offset(double local_ms, double guess, const Zone& zone) {
    double ms = local_ms - guess * 60 * 1000;
    const double second = zone.offset(ms);
    if (guess == second) return {ms, guess};
    ms -= (second - guess) * 60 * 1000;
    const double third = zone.offset(ms);
    if (second == third) return {ms, second};
    if (std::isnan(second) || std::isnan(third)) return {nan_value, nan_value};
    return {local_ms - std::min(second, third) * 60 * 1000, std::max(second, third)};
}

DateTime from_local(const RawTime& local, double guess, const Zone* zone) {
    const Fixed fixed = fix_offset(local_millis(local), guess, *zone);
    return with_offset(fixed.ms, fixed.offset, zone);
}

}  // namespace

Zone::Zone(Kind kind, int fixed_minutes, std::string name, std::shared_ptr<const Rules> rules)
    : kind_(kind), fixed_minutes_(fixed_minutes), name_(std::move(name)), rules_(std::move(rules)) {}

int Zone::offset_seconds(std::int64_t seconds) const {
    return rules_ == nullptr ? fixed_minutes_ * 60 : rules_->zone.At(absl::FromUnixSeconds(seconds)).offset;
}

std::string Zone::abbreviation(std::int64_t seconds) const {
    return rules_ == nullptr ? name_ : rules_->zone.At(absl::FromUnixSeconds(seconds)).zone_abbr;
}

double Zone::offset(double ms) const {
    if (kind_ == Kind::Fixed) return fixed_minutes_;
    const double date = time_clip(ms);
    if (std::isnan(date)) return nan_value;
    const std::int64_t seconds = floor_div(static_cast<std::int64_t>(date), 1000);
    const int offset = offset_seconds(seconds);
    if (kind_ == Kind::System) return static_cast<double>(offset / 60);  // whole minutes
    if (std::abs(static_cast<double>(seconds + offset) * 1000) > max_date_ms) return nan_value;
    return offset * 1000 / ms_per_minute;
}

std::string_view Zone::reported_name(std::string_view requested) const {
    return kind_ == Kind::Iana ? requested : std::string_view(name_);
}

const Zone* utc() {
    static const Zone zone = make_fixed(0);
    return &zone;
}

const Zone* process_zone(std::string_view iana_name) {
    static const Zone plain(Zone::Kind::System, 0, "UTC", nullptr);
    if (iana_name == "UTC") return &plain;
    const NamedZone* named = find_named(iana_name);
    return named == nullptr ? nullptr : named->system.get();
}

const Zone* find(std::string_view name, const Zone* local) {
    if (name == "UTC") return utc();
    if (name.size() >= 3 && name.size() <= 9) {
        const std::string small = lowered(name);
        if (small == "utc" || small == "gmt") return utc();
        if (small == "local" || small == "system" || small == "default") {
            return local != nullptr ? local : process_zone("UTC");
        }
        if (small.starts_with("utc")) {
            if (const auto minutes = parse_specifier_offset(std::string_view(small).substr(3))) {
                return find_fixed(*minutes);
            }
        }
    }
    return find_iana(name);
}

// ---- Instants in a zone ----

DateTime from_millis(double ms, const Zone* zone) {
    if (zone == nullptr || std::isnan(ms)) return {nan_value, nan_value, zone};
    return with_offset(ms, zone->offset(ms), zone);
}

DateTime from_seconds(double seconds, const Zone* zone) { return from_millis(seconds * 1000, zone); }

LocalTime local_time(const DateTime& when) {
    if (!when.is_valid()) return {nan_value, nan_value, nan_value, nan_value, nan_value, nan_value, nan_value};
    const RawTime t = raw_time(when);
    return {t.year, t.month, t.day, t.hour, t.minute, t.second, t.millisecond};
}

double weekday(const DateTime& when) {
    if (!when.is_valid()) return nan_value;
    const Civil date = shown_time(when).date;
    return luxon_weekday(date.year, date.month, date.day);
}

namespace {

bool is_whole_between(double value, double least, double greatest) {
    return value >= least && value <= greatest && std::trunc(value) == value;
}

bool is_time_of_day(const RawTime& t) {
    const bool midnight_after = t.hour == 24 && t.minute == 0 && t.second == 0 && t.millisecond == 0;
    return (is_whole_between(t.hour, 0, 23) || midnight_after) && is_whole_between(t.minute, 0, 59) &&
           is_whole_between(t.second, 0, 59) && is_whole_between(t.millisecond, 0, 999);
}

bool is_date(const RawTime& t) {
    // A whole year beyond a million has no days here or in Date; the bound keeps the conversion defined.
    return std::abs(t.year) <= 1e6 && std::trunc(t.year) == t.year && is_whole_between(t.month, 1, 12) &&
           is_whole_between(t.day, 1, days_in_month(static_cast<std::int64_t>(t.year), static_cast<int>(t.month)));
}

// Fills what is missing, see from_fields. `guess` is the zone's offset now.
RawTime completed(const Fields& fields, double now, double guess) {
    const double shown_now = shown_millis(now, guess);
    RawTime t{nan_value, nan_value, nan_value, nan_value, nan_value, nan_value, nan_value};
    if (!std::isnan(shown_now)) t = raw_time({now, guess, nullptr});
    bool found = false;
    const auto set = [&found](double& slot, const std::optional<double>& given, double least) {
        if (given.has_value()) {
            slot = *given;
            found = true;
        } else if (found) {
            slot = least;
        }
    };
    set(t.year, fields.year, 0);
    set(t.month, fields.month, 1);
    set(t.day, fields.day, 1);
    set(t.hour, fields.hour, 0);
    set(t.minute, fields.minute, 0);
    set(t.second, fields.second, 0);
    set(t.millisecond, fields.millisecond, 0);
    return t;
}

DateTime from_finite_fields(const Fields& fields, const Zone* zone, double now) {
    const double guess = zone->offset(now);
    const RawTime t = completed(fields, now, guess);
    if (!is_date(t) || !is_time_of_day(t)) return {nan_value, nan_value, zone};
    return from_local(t, guess, zone);
}

}  // namespace

std::optional<DateTime> from_fields(const Fields& fields, const Zone* zone, double now) {
    if (zone == nullptr) return DateTime{};
    for (const auto* field : {&fields.year, &fields.month, &fields.day, &fields.hour, &fields.minute, &fields.second,
                              &fields.millisecond}) {
        if (field->has_value() && !std::isfinite(**field)) return std::nullopt;
    }
    return from_finite_fields(fields, zone, now);
}

namespace {

constexpr double nonzero(double value) {
    return value != 0 && value == value ? value : 0;
}  // JavaScript's `value || 0`

// Luxon's Duration.as('milliseconds') of fractions of the greater units and any amount of the smaller. Past 1.8e305 its
// arithmetic ends in NaN, which it takes for 0.
double milliseconds_of(const Amount& a) {
    double sum = 0;
    sum += 365.0 * 24 * 60 * 60 * 1000 * (a.years - std::trunc(a.years));
    sum += 30.0 * 24 * 60 * 60 * 1000 * (a.months - std::trunc(a.months));
    sum += 7.0 * 24 * 60 * 60 * 1000 * (a.weeks - std::trunc(a.weeks));
    sum += 24.0 * 60 * 60 * 1000 * (a.days - std::trunc(a.days));
    sum += 60.0 * 60 * 1000 * a.hours;
    sum += 60.0 * 1000 * a.minutes;
    sum += 1000.0 * a.seconds;
    const double whole = std::trunc(sum);
    const double rest = (sum * 1000 - whole * 1000) / 1000;
    return nonzero(rest != 0 ? whole + rest : whole);
}

DateTime moved_by(const DateTime& when, const Amount& a) {
    RawTime t = raw_time(when);
    t.year += std::trunc(a.years);
    t.month += std::trunc(a.months);
    if (!(std::abs(t.year) <= 1e6) || !(std::abs(t.month) <= 1e7)) return {nan_value, nan_value, when.zone};
    const auto months = static_cast<std::int64_t>(t.month) - 1;
    const std::int64_t carried = floor_div(months, 12);
    const int length =
        days_in_month(static_cast<std::int64_t>(t.year) + carried, static_cast<int>(months - carried * 12) + 1);
    t.day = std::min(t.day, static_cast<double>(length)) + std::trunc(a.days) + std::trunc(a.weeks) * 7;
    const double ms = fix_offset(local_millis(t), when.offset, *when.zone).ms;
    const double added = milliseconds_of(a);
    return moved(when, added != 0 ? ms + added : ms);
}

bool is_finite(const Amount& a) {
    return std::isfinite(a.years) && std::isfinite(a.months) && std::isfinite(a.weeks) && std::isfinite(a.days) &&
           std::isfinite(a.hours) && std::isfinite(a.minutes) && std::isfinite(a.seconds);
}

}  // namespace

std::optional<DateTime> plus(const DateTime& when, const Amount& amount) {
    if (!when.is_valid()) return when;
    if (!is_finite(amount)) return std::nullopt;
    return moved_by(when, amount);
}

DateTime start_of_day(const DateTime& when) {
    if (!when.is_valid()) return when;
    RawTime t = raw_time(when);
    t.hour = t.minute = t.second = t.millisecond = 0;
    return moved(when, fix_offset(local_millis(t), when.offset, *when.zone).ms);
}

// ---- Differences ----

namespace {

double days_between(const DateTime& a, const DateTime& b) {
    if (!a.is_valid() || !b.is_valid()) return nan_value;
    return static_cast<double>(shown_time(b).days - shown_time(a).days);
}

double years_between(const DateTime& a, const DateTime& b) { return local_time(b).year - local_time(a).year; }

double months_between(const DateTime& a, const DateTime& b) {
    return local_time(b).month - local_time(a).month + years_between(a, b) * 12;
}

double weeks_between(const DateTime& a, const DateTime& b) { return std::trunc(days_between(a, b) / 7); }

struct CalendarUnit {
    double Amount::*slot;
    double (*between)(const DateTime&, const DateTime&);
};
constexpr std::array<CalendarUnit, 4> calendar_units = {{{&Amount::years, years_between},
                                                         {&Amount::months, months_between},
                                                         {&Amount::weeks, weeks_between},
                                                         {&Amount::days, days_between}}};

// Luxon's walk from the earlier to the later in ever smaller units: each takes what the local dates say, less one if
// that overshoots, less two if that still does (which takes two zones). `cursor` is how far it got, `high_water` one
// of the smallest unit farther if it overshot.
struct Walk {
    Amount amount;
    DateTime cursor, high_water;
    bool overshot = false;
};

std::optional<Walk> walk(const DateTime& earlier, const DateTime& later, std::size_t first_unit) {
    Walk w;
    w.cursor = earlier;
    for (std::size_t i = first_unit; i < calendar_units.size(); ++i) {
        double& count = w.amount.*calendar_units[i].slot;
        count = calendar_units[i].between(w.cursor, later);
        const auto reached = plus(earlier, w.amount);
        if (!reached) return std::nullopt;
        w.high_water = *reached;
        w.overshot = reached->ms > later.ms;
        if (!w.overshot) {
            w.cursor = *reached;
            continue;
        }
        count -= 1;
        w.cursor = moved_by(earlier, w.amount);
        if (w.cursor.ms > later.ms) {
            w.high_water = w.cursor;
            count -= 1;
            w.cursor = moved_by(earlier, w.amount);
        }
    }
    return w;
}

double negated(double value) { return value == 0 ? 0 : -value; }

// Luxon's normalizing of {hours: 0, minutes: 0, seconds}.
void spread(Amount& a) {
    const double sign = a.seconds < 0 ? -1 : 1;
    const double minutes = std::floor(a.seconds * sign / 60);
    a.minutes += minutes * sign;
    a.seconds -= minutes * 60 * sign;
    const double hours = std::floor(a.minutes * sign / 60);
    a.hours += hours * sign;
    a.minutes -= hours * 60 * sign;
}

// Luxon's Duration.as in its casual calendar.
double amount_as(Unit unit, const Amount& a) {
    struct Step {
        double value, seconds;
    };
    const std::array<Step, 7> steps = {{{a.years, 365 * 86400},
                                        {a.months, 30 * 86400},
                                        {a.weeks, 7 * 86400},
                                        {a.days, 86400},
                                        {a.hours, 3600},
                                        {a.minutes, 60},
                                        {a.seconds, 1}}};
    const std::size_t own = 3 + static_cast<std::size_t>(unit);
    double sum = 0;
    for (std::size_t i = 0; i < own; ++i) sum += steps[i].seconds / steps[own].seconds * steps[i].value;
    sum += steps[own].value;
    double result = std::trunc(sum);
    const double rest = (sum * 1000 - result * 1000) / 1000;
    if (rest != 0) result += rest;
    for (std::size_t i = own + 1; i < steps.size(); ++i) {
        if (steps[i].value != 0) result += steps[i].value / (steps[own].seconds / steps[i].seconds);
    }
    return nonzero(result);
}

}  // namespace

std::optional<double> difference_as(Unit unit, const DateTime& start, const DateTime& end) {
    if (!start.is_valid() || !end.is_valid()) return nan_value;
    const bool backwards = start.ms > end.ms;
    const DateTime& earlier = backwards ? end : start;
    const DateTime& later = backwards ? start : end;
    auto walked = walk(earlier, later, 0);
    if (!walked || !walked->cursor.is_valid()) return std::nullopt;
    Amount& a = walked->amount;
    a.seconds = (later.ms - walked->cursor.ms) / 1000;
    spread(a);
    if (backwards) {
        a = {negated(a.years), negated(a.months),  negated(a.weeks),  negated(a.days),
             negated(a.hours), negated(a.minutes), negated(a.seconds)};
    }
    return amount_as(unit, a);
}

std::optional<double> difference_in_days(const DateTime& start, const DateTime& end) {
    if (!start.is_valid() || !end.is_valid()) return nan_value;
    const bool backwards = start.ms > end.ms;
    const DateTime& earlier = backwards ? end : start;
    const DateTime& later = backwards ? start : end;
    auto walked = walk(earlier, later, 3);
    if (!walked) return std::nullopt;
    double days = walked->amount.days;
    if (walked->overshot || walked->high_water.ms < later.ms) {
        const DateTime next = walked->overshot ? walked->high_water : moved_by(walked->cursor, {.days = 1});
        days += (later.ms - walked->cursor.ms) / (next.ms - walked->cursor.ms);
    }
    if (!std::isfinite(days)) return std::nullopt;
    return backwards ? negated(days) : nonzero(days);
}

// ---- Reading text ----

namespace {

// What is left of a text to read. Each read_ function takes what it wants off the front, or nothing and says so.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] char peek(std::size_t ahead = 0) const { return ahead < rest_.size() ? rest_[ahead] : '\0'; }

    bool skip(char c) {
        if (rest_.empty() || rest_[0] != c) return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool skip_either(char a, char b) { return skip(a) || skip(b); }

    // Exactly `count` digits, after a separator if there is one.
    std::optional<int> digits(std::size_t count, char optional_separator = '\0') {
        const std::size_t start = optional_separator != '\0' && peek() == optional_separator ? 1 : 0;
        int value = 0;
        for (std::size_t i = start; i < start + count; ++i) {
            if (!is_digit(peek(i))) return std::nullopt;
            value = value * 10 + digit(peek(i));
        }
        rest_.remove_prefix(start + count);
        return value;
    }

    template <typename Predicate>
    std::string_view run(Predicate wanted, std::size_t most) {
        std::size_t length = 0;
        while (length < most && length < rest_.size() && wanted(rest_[length])) ++length;
        const std::string_view taken = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return taken;
    }

  private:
    std::string_view rest_;
};

// A fraction's digits as milliseconds, rounded down as Luxon does it: by way of a double.
double fraction_millis(std::string_view digits) {
    std::array<char, 32> number = {'0', '.'};
    std::copy(digits.begin(), digits.end(), number.begin() + 2);
    double value = 0;
    std::from_chars(number.data(), number.data() + digits.size() + 2, value);
    return std::floor(value * 1000);
}

int signed_offset(bool negative, int hours, int minutes) { return (negative ? -1 : 1) * (hours * 60 + minutes); }

// How a text says in which zone its local time is.
struct ReadZone {
    std::optional<int> offset;
    std::string_view name;
};

struct ReadTime {
    Fields fields;
    ReadZone zone;
};

// `[Name/Name/Name]`; nullopt if there is something else, an empty name if there is nothing.
std::optional<std::string_view> read_bracketed_name(Scanner& in, std::string_view text) {
    if (in.at_end()) return std::string_view();
    if (!in.skip('[')) return std::nullopt;
    const auto letter = [](char c) { return is_zone_letter(c); };
    const auto letter_or_digit = [](char c) { return is_zone_letter(c) || is_digit(c); };
    const std::string_view first = in.run(letter, 256);
    if (first.empty()) return std::nullopt;
    std::size_t length = first.size();
    if (in.peek() == ':') {  // allowed before the first slash, though no zone has it
        in.skip(':');
        length += 1;
        if (in.peek() != '/') return std::nullopt;
    }
    for (int part = 0; part < 2 && in.skip('/'); ++part) {
        const std::string_view name = in.run(letter_or_digit, 256);
        if (name.empty()) return std::nullopt;
        length += name.size() + 1;
    }
    if (!in.skip(']') || !in.at_end()) return std::nullopt;
    return text.substr(text.size() - length - 1, length);
}

// `HH[:MM[:SS[.fff]]][Z|+HH[:MM]][[Name]]` to the end of the text. No part of it can be read in two ways, so there is
// nothing to go back to.
bool read_iso_time(Scanner& in, std::string_view text, ReadTime& out) {
    const auto hour = in.digits(2);
    if (!hour) return false;
    out.fields.hour = *hour;
    out.fields.minute = 0;
    out.fields.second = 0;
    if (const auto minute = in.digits(2, ':')) {
        out.fields.minute = *minute;
        if (const auto second = in.digits(2, ':')) {
            out.fields.second = *second;
            if (in.skip_either('.', ',')) {
                const std::string_view fraction = in.run(is_digit, 30);
                if (fraction.empty()) return false;
                out.fields.millisecond = fraction_millis(fraction);
            }
        }
    }
    if (in.skip_either('Z', 'z')) {
        out.zone.offset = 0;
    } else if (in.peek() == '+' || in.peek() == '-') {
        const bool negative = in.peek() == '-';
        in.run([](char) { return true; }, 1);
        const auto hours = in.digits(2);
        if (!hours) return false;
        const auto minutes = in.digits(2, ':');
        out.zone.offset = signed_offset(negative, *hours, minutes.value_or(0));
    }
    const auto name = read_bracketed_name(in, text);
    if (!name) return false;
    out.zone.name = *name;
    return true;
}

// The rest of a date: nothing, or `T` and a time.
bool read_iso_time_part(Scanner in, std::string_view text, ReadTime& out) {
    if (in.at_end()) {
        out.fields.hour = out.fields.minute = out.fields.second = 0;
        return true;
    }
    return in.skip_either('T', 't') && read_iso_time(in, text, out);
}

std::optional<double> read_iso_year(Scanner& in) {
    if (in.peek() != '+' && in.peek() != '-') return in.digits(4);
    const bool negative = in.peek() == '-';
    in.run([](char) { return true; }, 1);
    const auto year = in.digits(6);
    if (!year) return std::nullopt;
    return negative ? -*year : *year;
}

bool read_calendar_date(std::string_view text, ReadTime& out) {
    Scanner in(text);
    const auto year = read_iso_year(in);
    if (!year) return false;
    out.fields = {.year = *year, .month = 1, .day = 1};
    if (const auto month = in.digits(2, '-')) {
        out.fields.month = *month;
        if (const auto day = in.digits(2, '-')) out.fields.day = *day;
    }
    return read_iso_time_part(in, text, out);
}

struct WeekDate {
    int year, week;
    std::optional<int> weekday;
};

bool read_week_date(std::string_view text, ReadTime& out, WeekDate& date) {
    Scanner in(text);
    const auto year = in.digits(4);
    if (!year) return false;
    in.skip('-');
    if (!in.skip('W')) return false;
    const auto week = in.digits(2);
    if (!week) return false;
    date = {*year, *week, in.digits(1, '-')};
    out.fields = {};
    return read_iso_time_part(in, text, out);
}

bool read_ordinal_date(std::string_view text, ReadTime& out, int& year, int& ordinal) {
    Scanner in(text);
    const auto read_year = in.digits(4);
    if (!read_year) return false;
    const auto read_ordinal = in.digits(3, '-');
    if (!read_ordinal) return false;
    year = *read_year;
    ordinal = *read_ordinal;
    out.fields = {};
    return read_iso_time_part(in, text, out);
}

// Luxon's own: with week and year 0 and no weekday (or 0), the text counts as having no date, which is today's.
DateTime from_week_date(const WeekDate& date, Fields fields, const Zone* zone, double now) {
    const bool is_week = date.year != 0 || date.week != 0 || date.weekday.value_or(0) != 0;
    if (!is_week) return from_finite_fields(fields, zone, now);
    const int weekday = date.weekday.value_or(1);
    if (date.week < 1 || date.week > iso_week.weeks_in(date.year) || weekday < 1 || weekday > 7) {
        return {nan_value, nan_value, zone};
    }
    const double guess = zone->offset(now);
    fields.year = date.year;
    RawTime t = completed(fields, now, guess);
    if (!is_time_of_day(t)) return {nan_value, nan_value, zone};
    const int january_4 = luxon_weekday(date.year, 1, 4);
    t.month = 1;
    t.day = date.week * 7 + weekday - january_4 - 3;
    // Luxon brings the ordinal into its own year first; Date would give the same, but for years 0-99.
    if (t.day < 1) {
        t.year -= 1;
        t.day += days_in_year(date.year - 1);
    } else if (t.day > days_in_year(date.year)) {
        t.year += 1;
        t.day -= days_in_year(date.year);
    }
    return from_local(t, guess, zone);
}

DateTime from_ordinal_date(int year, int ordinal, Fields fields, const Zone* zone, double now) {
    if (ordinal < 1 || ordinal > days_in_year(year)) return {nan_value, nan_value, zone};
    const double guess = zone->offset(now);
    fields.year = year;
    RawTime t = completed(fields, now, guess);
    if (!is_time_of_day(t)) return {nan_value, nan_value, zone};
    t.month = 1;
    t.day = ordinal;
    return from_local(t, guess, zone);
}

// JavaScript's white space at the front of a text, in bytes; 0 if there is none.
std::size_t space_length(std::string_view text) {
    if (text.empty()) return 0;
    const char c = text[0];
    if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
    if (text.starts_with("\u00A0")) return 2;
    static constexpr std::array<std::string_view, 7> spaces = {"\u1680", "\u2028", "\u2029", "\u202F",
                                                               "\u205F", "\u3000", "\uFEFF"};
    for (const auto space : spaces) {
        if (text.starts_with(space)) return 3;
    }
    if (text.size() < 3 || !text.starts_with("\xE2\x80")) return 0;
    const auto last = static_cast<unsigned char>(text[2]);
    return last >= 0x80 && last <= 0x8A ? 3 : 0;  // U+2000 to U+200A
}

std::string_view trimmed(std::string_view text) {
    while (const std::size_t length = space_length(text)) text.remove_prefix(length);
    while (!text.empty()) {
        std::size_t length = 0;
        for (std::size_t tail = 1; tail <= 3 && tail <= text.size() && length == 0; ++tail) {
            if (space_length(text.substr(text.size() - tail)) == tail) length = tail;
        }
        if (length == 0) break;
        text.remove_suffix(length);
    }
    return text;
}

std::optional<int> two_digits_up_to(Scanner& in, int greatest) {
    const auto value = in.digits(2);
    return value && *value <= greatest ? value : std::nullopt;
}

// `HH:MM[:SS[.f]][Z|+HH[[:]MM]]` of a date-like string, to its end.
bool read_date_like_time(Scanner& in, ReadTime& out) {
    const auto hour = two_digits_up_to(in, 23);
    if (!hour || !in.skip(':')) return false;
    const auto minute = two_digits_up_to(in, 59);
    if (!minute) return false;
    out.fields.hour = *hour;
    out.fields.minute = *minute;
    if (in.skip(':')) {
        const auto second = two_digits_up_to(in, 59);
        if (!second) return false;
        out.fields.second = *second;
        if (in.skip_either('.', ',')) {
            const std::string_view fraction = in.run(is_digit, 9);
            if (fraction.empty()) return false;
            out.fields.millisecond = fraction_millis(fraction.substr(0, 3));
        }
    }
    if (in.skip_either('Z', 'z')) {
        out.zone.offset = 0;
    } else if (in.peek() == '+' || in.peek() == '-') {
        const bool negative = in.skip('-');
        if (!negative) in.skip('+');
        const auto hours = two_digits_up_to(in, 23);
        if (!hours) return false;
        int minutes = 0;
        if (!in.at_end()) {
            in.skip(':');
            const auto given = two_digits_up_to(in, 59);
            if (!given) return false;
            minutes = *given;
        }
        out.zone.offset = signed_offset(negative, *hours, minutes);
    }
    return in.at_end();
}

bool read_date_like(std::string_view text, ReadTime& out) {
    Scanner in(text);
    const auto year = in.digits(4);
    if (!year || *year == 0 || !in.skip('-')) return false;
    const auto month = in.digits(2);
    if (!month || !in.skip('-')) return false;
    const auto day = in.digits(2);
    if (!day) return false;
    out.fields = {.year = *year, .month = *month, .day = *day, .hour = 0, .minute = 0, .second = 0};
    if (in.at_end()) return true;
    return (in.skip_either('T', 't') || in.skip(' ')) && read_date_like_time(in, out);
}

// Interprets fields by `make(zone)` in the zone that the text names, or else `zone`, and shows the instant in `zone`.
template <typename Make>
DateTime interpreted(const ReadZone& read, const Zone* zone, Make make) {
    if (zone == nullptr) return {};
    if (!read.name.empty()) {
        const Zone* named = find_iana(read.name);
        return named == nullptr ? DateTime{nan_value, nan_value, zone} : from_millis(make(named).ms, zone);
    }
    if (read.offset && *read.offset != 0) {
        const Zone fixed = make_fixed(*read.offset);
        return from_millis(make(&fixed).ms, zone);
    }
    if (read.offset && zone != utc()) return from_millis(make(utc()).ms, zone);
    return make(zone);
}

}  // namespace

std::optional<double> parse_date_like(std::string_view text, const Zone* zone, double now) {
    ReadTime read;
    if (zone == nullptr || !read_date_like(trimmed(text), read)) return std::nullopt;
    const DateTime when =
        interpreted(read.zone, zone, [&](const Zone* in) { return from_finite_fields(read.fields, in, now); });
    return when.is_valid() ? std::optional(when.seconds()) : std::nullopt;
}

DateTime parse_iso(std::string_view text, const Zone* zone, double now) {
    ReadTime read;
    WeekDate week{};
    int year = 0, ordinal = 0;
    const auto plain = [&](const Zone* in) { return from_finite_fields(read.fields, in, now); };
    if (read_calendar_date(text, read)) return interpreted(read.zone, zone, plain);
    if (read_week_date(text, read = {}, week)) {
        return interpreted(read.zone, zone, [&](const Zone* in) { return from_week_date(week, read.fields, in, now); });
    }
    if (read_ordinal_date(text, read = {}, year, ordinal)) {
        return interpreted(read.zone, zone,
                           [&](const Zone* in) { return from_ordinal_date(year, ordinal, read.fields, in, now); });
    }
    Scanner in(text);
    if (read_iso_time(in, text, read = {})) return interpreted(read.zone, zone, plain);
    return {nan_value, nan_value, zone};
}

// ---- Writing text ----

std::optional<std::string> to_iso(const DateTime& when) {
    if (!when.is_valid()) return std::nullopt;
    const ClockTime c = shown_time(when);
    std::string out;
    out.reserve(32);
    const bool is_long = c.date.year > 9999 || c.date.year < 0;
    if (is_long && c.date.year >= 0) out += '+';
    append_padded(out, c.date.year, is_long ? 6 : 4);
    const auto part = [&out](char before, int value, int width) {
        out += before;
        append_padded(out, value, width);
    };
    part('-', c.date.month, 2);
    part('-', c.date.day, 2);
    part('T', c.hour, 2);
    part(':', c.minute, 2);
    part(':', c.second, 2);
    part('.', c.millisecond, 3);
    if (when.zone->kind() == Zone::Kind::Fixed && when.offset == 0) {
        out += 'Z';
    } else {
        append_offset(out, when.offset, OffsetStyle::Short);
    }
    return out;
}

namespace {

constexpr std::array<std::string_view, 12> month_names = {"January",   "February", "March",    "April",
                                                          "May",       "June",     "July",     "August",
                                                          "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> weekday_names = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                           "Friday", "Saturday", "Sunday"};

std::string_view month_name(int month) { return month_names[static_cast<std::size_t>(month - 1)]; }
std::string_view weekday_name(int weekday) { return weekday_names[static_cast<std::size_t>(weekday - 1)]; }

// Appends, joining a pair of surrogates that comes together at the seam.
void append_text(std::string& out, std::string_view text) {
    const auto byte = [](char c) { return static_cast<unsigned char>(c); };
    const std::size_t size = out.size();
    const bool ends_high =
        size >= 3 && byte(out[size - 3]) == 0xED && byte(out[size - 2]) >= 0xA0 && byte(out[size - 2]) < 0xB0;
    const bool starts_low = text.size() >= 3 && byte(text[0]) == 0xED && byte(text[1]) >= 0xB0;
    if (!ends_high || !starts_low) {
        out += text;
        return;
    }
    const unsigned high = (byte(out[size - 2]) & 0x0Fu) << 6 | (byte(out[size - 1]) & 0x3Fu);
    const unsigned low = (byte(text[1]) & 0x0Fu) << 6 | (byte(text[2]) & 0x3Fu);
    const unsigned code = 0x10000 + (high << 10) + low;
    out.resize(size - 3);
    for (const unsigned unit :
         {0xF0u | code >> 18, 0x80u | (code >> 12 & 0x3F), 0x80u | (code >> 6 & 0x3F), 0x80u | (code & 0x3F)}) {
        out += static_cast<char>(unit);
    }
    out += text.substr(3);
}

// "GMT+5:30", or "GMT+05:30" in the long form, with seconds if there are any: ICU's name of an offset.
void append_gmt_offset(std::string& out, int seconds, bool is_long) {
    out += "GMT";
    out += seconds < 0 ? '-' : '+';
    seconds = std::abs(seconds);
    append_padded(out, seconds / 3600, is_long ? 2 : 1);
    if (is_long || seconds % 3600 != 0) {
        out += ':';
        append_padded(out, seconds / 60 % 60, 2);
    }
    if (seconds % 60 != 0) {
        out += ':';
        append_padded(out, seconds % 60, 2);
    }
}

// Whole seconds of an instant as Intl takes them from a Date.
std::int64_t intl_seconds(double ms) {
    const double date = time_clip(ms);
    return std::isnan(date) ? 0 : floor_div(static_cast<std::int64_t>(date), 1000);
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

// ICU has American English abbreviations since 1970 for most zones of North America, Greenwich and UTC. It keeps a
// table of which zone counts as what at which time; this comes near it.
bool append_abbreviation(std::string& out, const Zone& zone, std::int64_t seconds) {
    const std::string name = zone.abbreviation(seconds);
    const std::string_view place = zone.name();
    if (name == "UTC" || is_one_of(place, {"GMT", "GMT0", "GMT+0", "GMT-0", "Etc/GMT"})) return out += "UTC", true;
    const bool is_known = is_one_of(name, {"EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "AST", "ADT", "HST",
                                           "HDT", "AKST", "AKDT", "GMT"});
    if (!is_known || seconds < 0) return false;
    if (place.starts_with("Asia/") || is_one_of(place, {"PRC", "ROC", "CTT", "Cuba", "America/Havana", "Mexico/BajaSur",
                                                        "America/Mazatlan", "America/Hermosillo"})) {
        return false;
    }
    if (name == "MST" && is_one_of(place, {"America/Whitehorse", "Canada/Yukon", "America/Dawson"})) return false;
    const bool is_aleutian = is_one_of(place, {"America/Adak", "America/Atka", "US/Aleutian"});
    if (is_aleutian && name[0] == 'H') return out += name == "HST" ? "HAST" : "HADT", true;
    return out += name, true;
}

void append_zone_display_name(std::string& out, const DateTime& when, bool is_long) {
    if (when.zone->kind() == Zone::Kind::Fixed) {
        out += when.zone->name();
        return;
    }
    const std::int64_t seconds = intl_seconds(when.ms);
    if (!is_long && append_abbreviation(out, *when.zone, seconds)) return;
    append_gmt_offset(out, when.zone->offset_seconds(seconds), is_long);
}

// Writes one DateTime in Luxon's tokens.
class Formatter {
  public:
    Formatter(const DateTime& when, std::string_view zone_name, std::string& out)
        : when_(when), time_(shown_time(when)), zone_name_(zone_name), out_(out) {}

    void token(char letter, std::size_t count) {
        if (!plain(letter, count) && !calendar(letter, count) && !zone(letter, count) && !macro(letter, count)) {
            out_.append(count, letter);
        }
    }

  private:
    void number(std::int64_t value, std::size_t width = 1) { append_padded(out_, value, static_cast<int>(width)); }

    // The last two characters of a year, minus sign included, as a number.
    void short_year(std::int64_t year) { number(year < 0 && year > -10 ? year : std::abs(year) % 100, 2); }

    [[nodiscard]] int hour_12(int hour) const { return hour % 12 == 0 ? 12 : hour % 12; }

    bool plain(char letter, std::size_t count) {
        switch (letter) {
            case 'S': return counted(count, time_.millisecond, {1, 3});
            case 's': return counted(count, time_.second, {1, 2});
            case 'm': return counted(count, time_.minute, {1, 2});
            case 'h': return counted(count, hour_12(time_.hour), {1, 2});
            case 'H': return counted(count, time_.hour, {1, 2});
            case 'd': return counted(count, time_.date.day, {1, 2});
            case 'q': return counted(count, (time_.date.month + 2) / 3, {1, 2});
            case 'u':
                if (count > 3) return false;
                count == 1 ? number(time_.millisecond, 3)
                           : number(time_.millisecond / (count == 2 ? 10 : 100), count == 2 ? 2 : 1);
                return true;
            case 'a':
                if (count != 1) return false;
                out_ += time_.hour < 12 ? "AM" : "PM";
                return true;
            case 'X': return count == 1 && (number(static_cast<std::int64_t>(std::floor(when_.ms / 1000))), true);
            case 'x': return count == 1 && (millis(), true);
            default: return false;
        }
    }

    bool calendar(char letter, std::size_t count) {
        const auto [year, month, day] = time_.date;
        switch (letter) {
            case 'y':
                if (count == 2) return short_year(year), true;
                return counted(count, year, {1, 4, 6});
            case 'M':
            case 'L':
                if (count <= 2) return number(month, count), true;
                return name(month_name(month), count);
            case 'E':
            case 'c': {
                const int weekday = luxon_weekday(year, month, day);
                if (count == 1) return number(weekday), true;
                return count > 2 && name(weekday_name(weekday), count);
            }
            case 'o': return counted(count, day_of_year(year, month, day), {1, 3});
            case 'W': return counted(count, week_of(iso_week, year, month, day).number, {1, 2});
            case 'k': return week_year(count, week_of(iso_week, year, month, day).year);
            case 'n': return counted(count, week_of(american_week, year, month, day).number, {1, 2});
            case 'i': return week_year(count, week_of(american_week, year, month, day).year);
            case 'G': return era(count);
            default: return false;
        }
    }

    bool zone(char letter, std::size_t count) {
        if (letter == 'z' && count == 1) return out_ += zone_name_, true;
        if (letter != 'Z' || count > 5) return false;
        if (count > 3) return append_zone_display_name(out_, when_, count == 5), true;
        static constexpr std::array<OffsetStyle, 3> styles = {OffsetStyle::Narrow, OffsetStyle::Short,
                                                              OffsetStyle::Techie};
        return append_offset(out_, when_.zone->offset(when_.ms), styles[count - 1]), true;
    }

    // A number, if the token is as long as one of the lengths that there are; its length is the least width.
    bool counted(std::size_t count, std::int64_t value, std::initializer_list<std::size_t> lengths) {
        if (std::find(lengths.begin(), lengths.end(), count) == lengths.end()) return false;
        number(value, count);
        return true;
    }

    bool week_year(std::size_t count, std::int64_t year) {
        if (count == 2) return short_year(year), true;
        return count == 4 && (number(year, 4), true);
    }

    // 3 is the short name, 4 the whole, 5 the initial.
    bool name(std::string_view whole, std::size_t count) {
        if (count < 3 || count > 5) return false;
        out_ += count == 4 ? whole : whole.substr(0, count == 3 ? 3 : 1);
        return true;
    }

    bool era(std::size_t count) {
        const bool before = time_.date.year < 0;  // Luxon's year 0 is AD
        switch (count) {
            case 1: return out_ += before ? "BC" : "AD", true;
            case 2: return out_ += before ? "Before Christ" : "Anno Domini", true;
            case 5: return out_ += before ? "B" : "A", true;
            default: return false;
        }
    }

    void millis() {
        // JavaScript's Math.round to thousandths, and its shortest decimal.
        const double scaled = when_.ms * 1000;
        const double floor = std::floor(scaled);
        const double rounded = (scaled - floor >= 0.5 ? floor + 1 : floor) / 1000;
        std::array<char, 40> digits;
        const auto result =
            std::to_chars(digits.data(), digits.data() + digits.size(), rounded + 0.0, std::chars_format::fixed);
        out_.append(digits.data(), result.ptr);
    }

    // Luxon's D, t, T, f, F: Intl's formats for en-US. Intl computes its own fields, from whole milliseconds.
    bool macro(char letter, std::size_t count) {
        const bool has_date = letter == 'D' || letter == 'f' || letter == 'F';
        const bool has_time = letter != 'D';
        if (count > 4 || (!has_date && letter != 't' && letter != 'T')) return false;
        const bool seconds = letter == 'F' || (letter != 'f' && count >= 2);
        const ClockTime c = intl_time();
        if (has_date) intl_date(c, count);
        if (has_date && has_time) out_ += count <= 2 ? ", " : " at ";
        if (!has_time) return true;
        const bool is_24 = letter == 'T';
        number(is_24 ? c.hour : hour_12(c.hour), is_24 ? 2 : 1);
        out_ += ':';
        number(c.minute, 2);
        if (seconds) {
            out_ += ':';
            number(c.second, 2);
        }
        if (!is_24) {
            // Node writes a plain space, but in the parts by which Luxon substitutes a zone's name ICU's narrow one.
            out_ += when_.zone->kind() == Zone::Kind::Fixed && !has_etc_zone() ? "\u202F" : " ";
            out_ += c.hour < 12 ? "AM" : "PM";
        }
        if (count >= 3) {
            out_ += ' ';
            intl_zone_name(count == 4);
        }
        return true;
    }

    void intl_date(const ClockTime& c, std::size_t count) {
        const std::int64_t year = c.date.year > 0 ? c.date.year : 1 - c.date.year;  // of an era that goes unnamed
        if (count == 1) {
            number(c.date.month);
            out_ += '/';
            number(c.date.day);
            out_ += '/';
            number(year);
            return;
        }
        if (count == 4) {
            out_ += weekday_name(weekday_of_days(c.days));
            out_ += ", ";
        }
        out_ += count == 2 ? month_name(c.date.month).substr(0, 3) : month_name(c.date.month);
        out_ += ' ';
        number(c.date.day);
        out_ += ", ";
        number(year);
    }

    // A fixed zone of whole hours from -12 to 14 goes to Intl as Etc/GMT-3; Luxon shifts the instant for others.
    [[nodiscard]] bool has_etc_zone() const {
        return when_.offset != 0 && std::fmod(when_.offset, 60) == 0 && when_.offset >= -12 * 60 &&
               when_.offset <= 14 * 60;
    }

    [[nodiscard]] ClockTime intl_time() const {
        const std::int64_t seconds = intl_seconds(when_.ms);
        return clock_time((seconds + when_.zone->offset_seconds(seconds)) * 1000);
    }

    void intl_zone_name(bool is_long) {
        if (when_.zone->kind() == Zone::Kind::Fixed && has_etc_zone()) {
            append_gmt_offset(out_, static_cast<int>(when_.offset) * 60, is_long);
        } else {
            append_zone_display_name(out_, when_, is_long);
        }
    }

    const DateTime& when_;
    ClockTime time_;
    std::string_view zone_name_;
    std::string& out_;
};

// What one of ClickHouse's tokens is in Luxon's; empty for an unknown one.
std::string_view luxon_token(char letter) {
    switch (letter) {
        case 'a': return "EEE";
        case 'b': return "MMM";
        case 'c': return "MM";
        case 'C': return "yy";
        case 'd': return "dd";
        case 'D': return "MM/dd/yy";
        case 'e': return "d";
        case 'f': return "SSS";
        case 'F': return "yyyy-MM-dd";
        case 'g': return "yy";
        case 'G': return "yyyy";
        case 'h': return "hh";
        case 'H': return "HH";
        case 'i': return "mm";
        case 'I': return "hh";
        case 'j': return "ooo";
        case 'k': return "HH";
        case 'l': return "hh";
        case 'm': return "MM";
        case 'M': return "MMMM";
        case 'n': return "\n";
        case 'p': return "a";
        case 'Q': return "q";
        case 'r': return "hh:mm a";
        case 'R': return "HH:mm";
        case 's':
        case 'S': return "ss";
        case 't': return "\t";
        case 'T': return "HH:mm:ss";
        case 'u': return "E";
        case 'V': return "WW";
        case 'w': return "E";
        case 'W': return "EEEE";
        case 'y': return "yy";
        case 'Y': return "yyyy";
        case 'z': return "ZZZ";
        case '%': return "%";
        default: return {};
    }
}

// Takes one UTF-16 unit off the front of the text: an unknown token is one unit. Of a surrogate pair the second unit
// stays, and is left in `low` as three bytes.
void skip_unit(std::string_view& text, std::string& low) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 4 && text.size() >= 4) {
        low += '\xED';
        low += static_cast<char>(0xB0 | (static_cast<unsigned char>(text[2]) & 0x0F));
        low += text[3];
    }
    text.remove_prefix(std::min(length, text.size()));
}

}  // namespace

std::string luxon_format_of(std::string_view text) {
    std::string out, literal;
    const auto flush = [&] {
        if (literal.empty()) return;
        out += '\'';
        out += literal;
        out += '\'';
        literal.clear();
    };
    while (!text.empty()) {
        const std::size_t percent = std::min(text.find('%'), text.size());
        append_text(literal, text.substr(0, percent));
        text.remove_prefix(percent);
        if (text.empty()) break;
        flush();
        text.remove_prefix(1);
        if (text.empty()) break;
        out += luxon_token(text[0]);
        skip_unit(text, literal);
    }
    flush();
    return out;
}

std::string format(const DateTime& when, std::string_view luxon_format, std::string_view zone_name) {
    if (!when.is_valid()) return "Invalid DateTime";
    std::string out;
    Formatter formatter(when, zone_name, out);
    bool quoted = false;
    for (std::size_t at = 0; at < luxon_format.size();) {
        const char c = luxon_format[at];
        if (c == '\'') {
            quoted = !quoted;
            // A pair of quotes with nothing between stands for one; the pair is over then.
            if (quoted && at + 1 < luxon_format.size() && luxon_format[at + 1] == '\'') {
                out += '\'';
                quoted = false;
                ++at;
            }
            ++at;
            continue;
        }
        std::size_t end = at + 1;
        const auto belongs = [&](char next) {
            return quoted || !is_letter(c) ? next != '\'' && (quoted || !is_letter(next)) : next == c;
        };
        while (end < luxon_format.size() && belongs(luxon_format[end])) ++end;
        const std::string_view part = luxon_format.substr(at, end - at);
        if (quoted || !is_letter(c)) {
            append_text(out, part);
        } else {
            formatter.token(c, part.size());
        }
        at = end;
    }
    return out;
}

std::string format_date_time(const DateTime& when, std::string_view clickhouse_format, std::string_view zone_name) {
    return format(when, luxon_format_of(clickhouse_format), zone_name);
}

}  // namespace hogvm::calendar
