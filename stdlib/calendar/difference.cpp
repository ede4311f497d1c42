#include <array>
#include <cmath>

#include "instant.h"

namespace hogvm::calendar {
namespace {

double days_between(const DateTime& a, const DateTime& b) {
    if (!a.is_valid() || !b.is_valid()) return kNaN;
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
constexpr std::array<CalendarUnit, 4> kCalendarUnits = {{{&Amount::years, years_between},
                                                         {&Amount::months, months_between},
                                                         {&Amount::weeks, weeks_between},
                                                         {&Amount::days, days_between}}};

/// Luxon's walk from the earlier to the later in ever smaller units: each takes what the local dates say, less one if
/// that overshoots, less two if that still does (which takes two zones). `cursor` is how far it got, `high_water` one
/// of the smallest unit farther if it overshot.
struct Walk {
    Amount amount;
    DateTime cursor, high_water;
    bool overshot = false;
};

std::optional<Walk> walk(const DateTime& earlier, const DateTime& later, std::size_t first_unit) {
    Walk w;
    w.cursor = earlier;
    for (std::size_t i = first_unit; i < kCalendarUnits.size(); ++i) {
        double& count = w.amount.*kCalendarUnits[i].slot;
        count = kCalendarUnits[i].between(w.cursor, later);
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

/// Luxon's normalizing of {hours: 0, minutes: 0, seconds}.
void spread(Amount& a) {
    const double sign = a.seconds < 0 ? -1 : 1;
    const double minutes = std::floor(a.seconds * sign / 60);
    a.minutes += minutes * sign;
    a.seconds -= minutes * 60 * sign;
    const double hours = std::floor(a.minutes * sign / 60);
    a.hours += hours * sign;
    a.minutes -= hours * 60 * sign;
}

/// Luxon's Duration.as in its casual calendar.
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
    if (!start.is_valid() || !end.is_valid()) return kNaN;
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
    if (!start.is_valid() || !end.is_valid()) return kNaN;
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

}  // namespace hogvm::calendar
