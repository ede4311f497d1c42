#include "civil.h"

#include <cmath>

namespace hogvm::calendar {
namespace {

/// JavaScript's MakeDay with V8's limits; month from 0, any whole number.
double make_day(double year, double month, double day) {
    if (!(std::abs(year) <= 1e6) || !(std::abs(month) <= 1e7) || !std::isfinite(day)) return kNaN;
    const auto months = static_cast<std::int64_t>(month);
    const std::int64_t carried = floor_div(months, 12);
    const std::int64_t first =
        days_from_civil(static_cast<std::int64_t>(year) + carried, static_cast<int>(months - carried * 12) + 1, 1);
    return static_cast<double>(first - 1) + std::trunc(day);
}

/// The place of a day in its week, from 1.
int day_of_week(const WeekRule& rule, const Civil& date) { return (luxon_weekday(date) - rule.start + 7) % 7 + 1; }

/// By how many days the first week begins before the year does.
int first_offset(const WeekRule& rule, std::int64_t year) {
    return rule.least_days - 1 - day_of_week(rule, {year, 1, rule.least_days});
}

}  // namespace

double time_clip(double ms) { return std::abs(ms) <= kMaxDateMs ? std::trunc(ms) + 0.0 : kNaN; }

Civil civil_from_days(std::int64_t days) {
    // Years counted from March, so that the leap day is the last.
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

int days_in_year(std::int64_t year) { return 337 + days_in_month(year, 2); }

int day_of_year(const Civil& date) {
    return static_cast<int>(days_from_civil(date.year, date.month, date.day) - days_from_civil(date.year, 1, 1)) + 1;
}

int weekday_of_days(std::int64_t days) {  // 1970-01-01 was a Thursday
    return static_cast<int>((days + 3) - floor_div(days + 3, 7) * 7) + 1;
}

int luxon_weekday(const Civil& date) {
    const bool skips = date.year == 0 && date.month == 2 && date.day == 29;
    return weekday_of_days(days_from_civil(date.year, date.month, date.day) + (skips ? 1 : 0));
}

ClockTime clock_time(std::int64_t ms) {
    const std::int64_t days = floor_div(ms, 86400000);
    const int rest = static_cast<int>(ms - days * 86400000);
    return {days, civil_from_days(days), rest / 3600000, rest / 60000 % 60, rest / 1000 % 60, rest % 1000};
}

RawTime raw_time(const ClockTime& c) {
    return {static_cast<double>(c.date.year),  static_cast<double>(c.date.month), static_cast<double>(c.date.day),
            static_cast<double>(c.hour),       static_cast<double>(c.minute),     static_cast<double>(c.second),
            static_cast<double>(c.millisecond)};
}

double local_millis(const RawTime& t) {
    const bool two_digits = t.year >= 0 && t.year < 100;
    const double time = t.hour * 3600000 + t.minute * 60000 + t.second * 1000 + t.millisecond;
    const double ms = time_clip(make_day(two_digits ? 1900 + t.year : t.year, t.month - 1, t.day) * kMsPerDay + time);
    if (!two_digits) return ms;
    const double time_in_day = std::isnan(ms) ? 0 : ms - std::floor(ms / kMsPerDay) * kMsPerDay;
    return time_clip(make_day(t.year, t.month - 1, t.day) * kMsPerDay + time_in_day);
}

int WeekRule::weeks_in(std::int64_t year) const {
    return (days_in_year(year) - first_offset(*this, year) + first_offset(*this, year + 1)) / 7;
}

Week week_of(const WeekRule& rule, const Civil& date) {
    const int days = day_of_year(date) - day_of_week(rule, date) + 14 - rule.least_days;
    const int number = static_cast<int>(floor_div(days, 7));
    if (number < 1) return {date.year - 1, rule.weeks_in(date.year - 1)};
    if (number > rule.weeks_in(date.year)) return {date.year + 1, 1};
    return {date.year, number};
}

}  // namespace hogvm::calendar
