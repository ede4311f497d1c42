// Zones: how far clocks are from UTC at an instant. There are three kinds, and Luxon treats them differently:
//   - fixed: "UTC", "GMT", "UTC+3", "utc-03:30", any case, or a number of minutes. Midnight in "UTC" prints as
//     `...T00:00:00.000Z`.
//   - IANA: a name of the time zone database, in any case, or one of the old names that Node's ICU knows besides
//     ("PST", "US/Pacific-New"). Before standard time the offset has seconds (New York: -4:56:02), which Luxon keeps as
//     a fraction of a minute. "Etc/UTC" prints as `...T00:00:00.000+00:00`.
//   - the process's: "local", "system", "default". Same data as its IANA zone, but JavaScript tells only whole minutes
//     of its offset. Which zone that is, the host says; nothing here looks.
//
// A zone is a small value, and may be none: what Luxon calls an invalid zone.
//
// Offsets come from Abseil's time library (Google's cctz), which reads the system's TZif files and applies their
// closing rule to the years after 2037. It looks in /usr/share/zoneinfo or, if the environment variable TZDIR is set,
// there: the one place where the environment is read. The list of names is read from /usr/share/zoneinfo once, when
// first needed. Both are kept for the process's life. Everything here is safe to call from any number of threads.
//
// Abseil 20220623 goes wrong on "slim" TZif files that end with a transition to the same offset: Tallinn, Riga and
// Vilnius in 2000-2003 and Norfolk in 2015-2019 get a summer time that was not. Debian's files are "fat" and right.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hogvm::calendar {

class Zone {
  public:
    enum class Kind : std::uint8_t { None, Fixed, Iana, System };
    struct Named;  // an entry of the database

    Zone() = default;  // none
    Zone(Kind kind, double fixed_minutes, const Named* named)
        : kind_(kind), fixed_minutes_(fixed_minutes), named_(named) {}

    [[nodiscard]] Kind kind() const { return kind_; }
    explicit operator bool() const { return kind_ != Kind::None; }
    bool operator==(const Zone&) const = default;

    /// Minutes east of UTC at an instant, as Luxon sees them: with a fraction where the zone had seconds; NaN where the
    /// instant or its local time is out of range. A fixed zone has its offset even at NaN.
    [[nodiscard]] double offset(double ms) const;

    /// What Luxon calls this zone: "UTC+5:30", "Europe/Paris". An IANA zone's name is the database's spelling; Luxon
    /// reports the spelling it was asked with, see reported_name.
    [[nodiscard]] std::string name() const;

    /// Luxon's zoneName of a DateTime made with the zone string `requested`, which was found to be this zone: an IANA
    /// zone repeats the request, "utc+03:30" becomes "UTC+3:30". Mind that "utc+3:05" becomes "UTC+3:5", which is no
    /// valid zone when it is looked up again.
    [[nodiscard]] std::string reported_name(std::string_view requested) const;

    /// Seconds east of UTC at a count of whole seconds, from the zone's data, unrounded; of a zone that has data.
    [[nodiscard]] int offset_seconds(std::int64_t seconds) const;

    /// The database's abbreviation at that time ("CEST", "+03"); a zone without data gives its name.
    [[nodiscard]] std::string abbreviation(std::int64_t seconds) const;

  private:
    Kind kind_ = Kind::None;
    double fixed_minutes_ = 0;
    const Named* named_ = nullptr;  // none: a fixed zone, or the process's where that is UTC
};

/// The fixed zone of that many minutes east of UTC: any number, fractions included, as Luxon takes it. None for NaN and
/// the infinities.
Zone fixed(double minutes);
inline Zone utc() { return fixed(0); }

/// The process's zone made of an IANA name; none if there is no such name. A host passes the result to `find`.
Zone process_zone(std::string_view iana_name);

/// The IANA zone of that name, or none.
Zone find_iana(std::string_view name);

/// The zone of that name, or none where Luxon finds it invalid; `local` is what "local", "system" and "default" mean
/// (none: a process in UTC).
///
///     find("utc")                      the fixed zone, name() "UTC"
///     find("america/new_york")         name() "America/New_York"
///     find("UTC+3"), find("UTC+03:30") fixed; find("GMT+3"), find("+03:00"), find("") are none
///     find("local", process_zone("Europe/Paris"))
Zone find(std::string_view name, const Zone& local = {});

}  // namespace hogvm::calendar
