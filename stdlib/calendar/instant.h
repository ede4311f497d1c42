// What the files of the calendar share of instants and local times; see calendar.h for the words.
#pragma once

#include "calendar.h"
#include "civil.h"

namespace hogvm::calendar {

inline DateTime invalid_in(const Zone& zone) { return {.zone = zone}; }

/// The local time that a DateTime shows, as whole milliseconds since the epoch; NaN if out of range.
double shown_millis(double ms, double offset);
ClockTime shown_time(const DateTime& when);  // of a valid one

/// The instant of a local time, given a guess of the zone's offset there.
DateTime from_local(const RawTime& local, double guess, const Zone& zone);

/// Fields that are numbers as a local time, what is missing filled as from_fields has it. `guess` is the zone's offset
/// now.
RawTime completed(const Fields& fields, double now, double guess);
bool is_time_of_day(const RawTime& t);

/// from_fields without its check for NaN and infinities.
DateTime from_finite_fields(const Fields& fields, const Zone& zone, double now);

/// plus, of a valid DateTime and a finite amount.
DateTime moved_by(const DateTime& when, const Amount& amount);

/// JavaScript's `value || 0`.
constexpr double nonzero(double value) { return value != 0 && value == value ? value : 0; }

}  // namespace hogvm::calendar
