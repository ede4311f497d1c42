// Spliced bytecode: what a compiler made of a property of type "hogql", put into the filter's.
#pragma once

#include "expression.h"
#include "property.h"

namespace hogvm::rules {

/// The property's "bytecode", without its header. A program with statements (RETURN, local variables) becomes a
/// function that is called at once, since in the filter they would be the filter's.
Expression spliced_expression(const Property& property);

}  // namespace hogvm::rules
