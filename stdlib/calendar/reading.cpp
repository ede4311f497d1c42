#include <array>
#include <charconv>
#include <cmath>

#include "instant.h"
#include "text.h"

namespace hogvm::calendar {
namespace {

constexpr bool is_zone_letter(char c) { return is_letter(c) || c == '_' || c == '+' || c == '-'; }

/// What is left of a text to read. Each read_ function takes what it wants off the front, or nothing and says so.
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

/// A fraction's digits as milliseconds, rounded down as Luxon does it: by way of a double.
double fraction_millis(std::string_view digits) {
    std::array<char, 32> number = {'0', '.'};
    std::copy(digits.begin(), digits.end(), number.begin() + 2);
    double value = 0;
    std::from_chars(number.data(), number.data() + digits.size() + 2, value);
    return std::floor(value * 1000);
}

int signed_offset(bool negative, int hours, int minutes) { return (negative ? -1 : 1) * (hours * 60 + minutes); }

/// How a text says in which zone its local time is.
struct ReadZone {
    std::optional<int> offset;
    std::string_view name;
};

struct ReadTime {
    Fields fields;
    ReadZone zone;
};

/// `[Name/Name/Name]`; nullopt if there is something else, an empty name if there is nothing.
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

/// `HH[:MM[:SS[.fff]]][Z|+HH[:MM]][[Name]]` to the end of the text. No part of it can be read in two ways, so there is
/// nothing to go back to.
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

/// The rest of a date: nothing, or `T` and a time.
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

/// Luxon's own: with week and year 0 and no weekday (or 0), the text counts as having no date, which is today's.
DateTime from_week_date(const WeekDate& date, Fields fields, const Zone& zone, double now) {
    const bool is_week = date.year != 0 || date.week != 0 || date.weekday.value_or(0) != 0;
    if (!is_week) return from_finite_fields(fields, zone, now);
    const int weekday = date.weekday.value_or(1);
    if (date.week < 1 || date.week > kIsoWeek.weeks_in(date.year) || weekday < 1 || weekday > 7) {
        return invalid_in(zone);
    }
    const double guess = zone.offset(now);
    fields.year = date.year;
    RawTime t = completed(fields, now, guess);
    if (!is_time_of_day(t)) return invalid_in(zone);
    const int january_4 = luxon_weekday({date.year, 1, 4});
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

DateTime from_ordinal_date(int year, int ordinal, Fields fields, const Zone& zone, double now) {
    if (ordinal < 1 || ordinal > days_in_year(year)) return invalid_in(zone);
    const double guess = zone.offset(now);
    fields.year = year;
    RawTime t = completed(fields, now, guess);
    if (!is_time_of_day(t)) return invalid_in(zone);
    t.month = 1;
    t.day = ordinal;
    return from_local(t, guess, zone);
}

/// Interprets fields by `make(zone)` in the zone that the text names, or else `zone`, and shows the instant in `zone`.
template <typename Make>
DateTime interpreted(const ReadZone& read, const Zone& zone, Make make) {
    if (!zone) return {};
    if (read.name.empty() && !read.offset) return make(zone);
    const Zone own = read.name.empty() ? fixed(*read.offset) : find_iana(read.name);
    return own ? from_millis(make(own).ms, zone) : invalid_in(zone);
}

}  // namespace

std::optional<double> parse_date_like(std::string_view text, const Zone& zone, double now) {
    const std::optional<DateLike> read = hogvm::parse_date_like(text);
    if (!read) return std::nullopt;
    const Fields fields{.year = read->year,
                        .month = read->month,
                        .day = read->day,
                        .hour = read->hour,
                        .minute = read->minute,
                        .second = read->second,
                        .millisecond = read->millisecond};
    const DateTime when = interpreted({read->offset_minutes, {}}, zone,
                                      [&](const Zone& in) { return from_finite_fields(fields, in, now); });
    return when.is_valid() ? std::optional(when.seconds()) : std::nullopt;
}

DateTime parse_iso(std::string_view text, const Zone& zone, double now) {
    ReadTime read;
    WeekDate week{};
    int year = 0, ordinal = 0;
    const auto plain = [&](const Zone& in) { return from_finite_fields(read.fields, in, now); };
    if (read_calendar_date(text, read)) return interpreted(read.zone, zone, plain);
    if (read_week_date(text, read = {}, week)) {
        return interpreted(read.zone, zone, [&](const Zone& in) { return from_week_date(week, read.fields, in, now); });
    }
    if (read_ordinal_date(text, read = {}, year, ordinal)) {
        return interpreted(read.zone, zone,
                           [&](const Zone& in) { return from_ordinal_date(year, ordinal, read.fields, in, now); });
    }
    Scanner in(text);
    if (read_iso_time(in, text, read = {})) return interpreted(read.zone, zone, plain);
    return invalid_in(zone);
}

}  // namespace hogvm::calendar
