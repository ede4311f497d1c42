// What the other families ask of the dates.
#pragma once

#include <hogvm/host.h>
#include <hogvm/value.h>

namespace hogvm::stdlib {

/// toInt of a date: its days since 1970-01-01, whole; NaN for a date that there is not.
double day_number(Call& call, Value date);

/// A datetime as ISO 8601 in its zone, as `2024-02-29T13:45:00.000+05:30`; null for one that there is not.
Value iso_text(Call& call, Value datetime);

}  // namespace hogvm::stdlib
