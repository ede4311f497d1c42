#include "instant.h"

#include <algorithm>
#include <cmath>

namespace hogvm::calendar {
namespace {

DateTime with_offset(double ms, double offset, const Zone& zone) {
    if (std::isnan(shown_millis(ms, offset))) return invalid_in(zone);
    return {ms, offset, zone};
}

/// Luxon's clone: an instant that stays where it was keeps its offset.
DateTime moved(const DateTime& from, double ms) { return ms == from.ms ? from : from_millis(ms, from.zone); }

struct Fixed {
    double ms, offset;
};

/// Luxon's fixOffset: the instant of a local time, given a guess of the offset.
Fixed fix_offset(double local_ms, double guess, const Zone& zone) {
    double ms = local_ms - guess * 60 * 1000;
    const double second = zone.offset(ms);
    if (guess == second) return {ms, guess};
    ms -= (second - guess) * 60 * 1000;
    const double third = zone.offset(ms);
    if (second == third) return {ms, second};
    if (std::isnan(second) || std::isnan(third)) return {kNaN, kNaN};
    return {local_ms - std::min(second, third) * 60 * 1000, std::max(second, third)};
}

bool is_whole_between(double value, double least, double greatest) {
    return value >= least && value <= greatest && std::trunc(value) == value;
}

bool is_date(const RawTime& t) {
    // A whole year beyond a million has no days here or in Date; the bound keeps the conversion defined.
    return std::abs(t.year) <= 1e6 && std::trunc(t.year) == t.year && is_whole_between(t.month, 1, 12) &&
           is_whole_between(t.day, 1, days_in_month(static_cast<std::int64_t>(t.year), static_cast<int>(t.month)));
}

/// Luxon's Duration.as('milliseconds') of fractions of the greater units and any amount of the smaller. Past 1.8e305
/// its arithmetic ends in NaN, which it takes for 0.
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

bool is_finite(const Amount& a) {
    return std::isfinite(a.years) && std::isfinite(a.months) && std::isfinite(a.weeks) && std::isfinite(a.days) &&
           std::isfinite(a.hours) && std::isfinite(a.minutes) && std::isfinite(a.seconds);
}

}  // namespace

double shown_millis(double ms, double offset) { return time_clip(ms + offset * 60 * 1000); }

ClockTime shown_time(const DateTime& when) {
    return clock_time(static_cast<std::int64_t>(shown_millis(when.ms, when.offset)));
}

DateTime from_local(const RawTime& local, double guess, const Zone& zone) {
    const Fixed fixed = fix_offset(local_millis(local), guess, zone);
    return with_offset(fixed.ms, fixed.offset, zone);
}

DateTime from_millis(double ms, const Zone& zone) {
    if (!zone || std::isnan(ms)) return invalid_in(zone);
    return with_offset(ms, zone.offset(ms), zone);
}

DateTime from_seconds(double seconds, const Zone& zone) { return from_millis(seconds * 1000, zone); }

LocalTime local_time(const DateTime& when) {
    if (!when.is_valid()) return {kNaN, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN};
    const RawTime t = raw_time(shown_time(when));
    return {t.year, t.month, t.day, t.hour, t.minute, t.second, t.millisecond};
}

double weekday(const DateTime& when) {
    if (!when.is_valid()) return kNaN;
    const Civil date = shown_time(when).date;
    return luxon_weekday(date);
}

bool is_time_of_day(const RawTime& t) {
    const bool midnight_after = t.hour == 24 && t.minute == 0 && t.second == 0 && t.millisecond == 0;
    return (is_whole_between(t.hour, 0, 23) || midnight_after) && is_whole_between(t.minute, 0, 59) &&
           is_whole_between(t.second, 0, 59) && is_whole_between(t.millisecond, 0, 999);
}

RawTime completed(const Fields& fields, double now, double guess) {
    const double shown_now = shown_millis(now, guess);
    RawTime t{kNaN, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN};
    if (!std::isnan(shown_now)) t = raw_time(clock_time(static_cast<std::int64_t>(shown_now)));
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

DateTime from_finite_fields(const Fields& fields, const Zone& zone, double now) {
    const double guess = zone.offset(now);
    const RawTime t = completed(fields, now, guess);
    if (!is_date(t) || !is_time_of_day(t)) return invalid_in(zone);
    return from_local(t, guess, zone);
}

std::optional<DateTime> from_fields(const Fields& fields, const Zone& zone, double now) {
    if (!zone) return DateTime{};
    for (const auto* field : {&fields.year, &fields.month, &fields.day, &fields.hour, &fields.minute, &fields.second,
                              &fields.millisecond}) {
        if (field->has_value() && !std::isfinite(**field)) return std::nullopt;
    }
    return from_finite_fields(fields, zone, now);
}

DateTime moved_by(const DateTime& when, const Amount& a) {
    RawTime t = raw_time(shown_time(when));
    t.year += std::trunc(a.years);
    t.month += std::trunc(a.months);
    if (!(std::abs(t.year) <= 1e6) || !(std::abs(t.month) <= 1e7)) return invalid_in(when.zone);
    const auto months = static_cast<std::int64_t>(t.month) - 1;
    const std::int64_t carried = floor_div(months, 12);
    const int length =
        days_in_month(static_cast<std::int64_t>(t.year) + carried, static_cast<int>(months - carried * 12) + 1);
    t.day = std::min(t.day, static_cast<double>(length)) + std::trunc(a.days) + std::trunc(a.weeks) * 7;
    const double ms = fix_offset(local_millis(t), when.offset, when.zone).ms;
    const double added = milliseconds_of(a);
    return moved(when, added != 0 ? ms + added : ms);
}

std::optional<DateTime> plus(const DateTime& when, const Amount& amount) {
    if (!when.is_valid()) return when;
    if (!is_finite(amount)) return std::nullopt;
    return moved_by(when, amount);
}

DateTime start_of_day(const DateTime& when) {
    if (!when.is_valid()) return when;
    RawTime t = raw_time(shown_time(when));
    t.hour = t.minute = t.second = t.millisecond = 0;
    return moved(when, fix_offset(local_millis(t), when.offset, when.zone).ms);
}

}  // namespace hogvm::calendar
