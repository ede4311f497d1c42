// Cohorts: groups of people, inlined where a property names one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "expression.h"
#include "property.h"

namespace hogvm::rules {

/// The cohorts that one filter has named so far. Each is compiled once, however many name it, so that what a program
/// costs to make is bounded by what the definitions say, not by what they multiply to.
class Cohorts {
  public:
    /// The cohort that `property` names.
    Expression expression(const std::string& id, const Property& property);

  private:
    Expression compile(const std::string& id, const Property& property);

    std::map<std::string, Expression, std::less<>> compiled_;
    std::vector<std::string> under_way_;  // each named by the one before
};

/// A property of a type of cohort: the definition, or with "negation" or the operator not_in its opposite.
Expression cohort_expression(const Property& property);

}  // namespace hogvm::rules
