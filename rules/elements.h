// Elements: tests of what was clicked, for properties of type "element" and the steps of actions.
//
// An event of autocapture has the element that was clicked and those around it, up to the root, as the global
// elements_chain (selector.h says how it is written), and beside it what is asked for often: elements_chain_href,
// elements_chain_texts, elements_chain_ids and elements_chain_elements (the names of tags).
#pragma once

#include <string_view>

#include <boost/json.hpp>

#include "expression.h"
#include "fields.h"
#include "place.h"
#include "property.h"

namespace hogvm::rules {

/// The field of a property of type "element".
Field element_field(const Property& property);
/// Whether its values select elements, by selector or by tag_name, and are not compared with a field.
bool is_selecting(const Property& property);
/// The test of one value of such a property.
Expression selecting_expression(const Property& property, const boost::json::value& value, const Place& place);

/// Whether an element in the chain has this tag, or is what a CSS selector selects.
Expression tag_expression(std::string_view tag, const Place& place);
Expression selector_expression(std::string_view selector, const Place& place);
/// Whether `test` holds of the text, its argument, of any element in the chain.
Expression any_text(Expression test);

}  // namespace hogvm::rules
