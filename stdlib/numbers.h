// Numbers out of values, which toInt and JSONExtractInt share with their likes.
#pragma once

#include <hogvm/value.h>

namespace hogvm::stdlib {

/// JavaScript's parseInt of the value's text: `'12px'` is 12, 1e21 is 1 (its text is `1e+21`); null for NaN.
Value parsed_integer(Value v);
/// JavaScript's parseFloat of the value's text; null for NaN.
Value parsed_float(Value v);

}  // namespace hogvm::stdlib
