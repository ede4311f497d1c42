// Expressions: what a filter means, before it is tokens.
//
// An expression is an immutable tree whose parts may be shared: a cohort that several properties name is built once.
// Its tokens are those that Hog's compiler gives for the same expression, without the closing RETURN.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "../vm/opcode.h"

namespace hogvm::rules {

struct Node;
using Expression = std::shared_ptr<const Node>;
using Expressions = std::vector<Expression>;

/// null, a boolean, a string or a number.
Expression constant(boost::json::value value);
/// The global that is reached by these keys, the outermost first.
Expression global(std::vector<std::string> keys);
/// The parameter of the lambda that encloses it; lambdas are not nested.
Expression argument();
Expression compare(Opcode op, Expression left, Expression right);
Expression negation(Expression operand);
/// An AND or OR of one is that one. There must be one.
Expression all_of(Expressions operands);
Expression any_of(Expressions operands);
Expression call(std::string function, Expressions arguments);
/// ifNull(value, fallback), which is no call but a jump.
Expression if_null(Expression value, Expression fallback);
/// x -> body
Expression lambda(Expression body);
Expression tuple(Expressions items);
Expression array(Expressions items);
/// Tokens that push one value, as they are.
Expression code(boost::json::array tokens);
/// The same as a function without parameters that is called at once: RETURN and local variables are its own.
Expression called_code(boost::json::array tokens);
/// A function of one parameter, as tokens that end with RETURN, called with `value`.
Expression called_with(boost::json::array tokens, Expression value);

/// Raised by append_tokens.
struct TooLarge {};

/// Appends the tokens of `expression`. Throws TooLarge if they would take more than about `max_size` bytes as JSON.
void append_tokens(const Expression& expression, std::size_t max_size, boost::json::array& tokens);

}  // namespace hogvm::rules
