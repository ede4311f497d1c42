// Why a rule matches or does not.
#pragma once

#include <hogvm/rule_set.h>

#include "matcher.h"

namespace hogvm::matching {

/// For the matcher's event.
Explanation explain(const Rule& rule, Matcher& matcher, const Host& host, const Library& library);

}  // namespace hogvm::matching
