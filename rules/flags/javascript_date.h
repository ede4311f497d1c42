// JavaScript's `new Date(text)`, as V8 reads it: ECMAScript's date-time strings, and beyond them nearly anything that
// has a month, a day and a year in it ("Jan 5 2024", "5/1/2024 10:00 PM", "Fri, 05 Jan 2024 10:00:00 GMT"). The
// grammar of the latter is V8's own (its src/date/dateparser.h describes it); the tests ask Node.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace hogvm::flags {

/// The zone of texts without an offset.
class LocalZone {
  public:
    /// By its IANA name. Throws LoadError if there is none.
    explicit LocalZone(const std::string& name);

    /// Epoch milliseconds of a local time, which is given as if it were UTC's. A time that happens twice is the first
    /// one, and one that never happens is read with the offset before it, as in ECMAScript.
    double to_utc(double local_ms) const;

  private:
    struct Data;
    std::shared_ptr<const Data> data_;  // null for UTC
};

/// Epoch milliseconds; NaN for an invalid date.
double parse_javascript_date(std::string_view wtf8, const LocalZone& local);

/// The limits of Date: epoch milliseconds beyond 8.64e15 are NaN, and there are no fractions.
double time_clip(double ms);

/// The filter texts `-?<n><h|d|w|m|y>`: that long before `now`, in UTC, n < 10000. Months and years keep the day where
/// the month has it; going back month by month, a day that was cut stays cut.
class RelativeDate {
  public:
    /// False if the text is none.
    static bool parse(std::string_view text, RelativeDate& date);
    double before(double now_ms) const;

  private:
    int number_ = 0;
    char unit_ = 'd';
};

}  // namespace hogvm::flags
