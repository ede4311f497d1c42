// How values print: what print, toString and concat write.
#pragma once

#include <string>

#include <hogvm/value.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {

/// The value as print writes it inside another: strings quoted, dates as DateTime(...), functions as fn<...>, HogQL
/// syntax trees as sql(...). Raises Failure for a syntax tree that makes no sense.
void print_value(Value v, std::string& out);
std::string printed(Value v);
/// Likewise, but a string is itself.
void print_text(Value v, std::string& out);

/// A HogQL syntax tree as SQL: on one line, or with queries on lines of their own. Raises Failure as print_value does.
std::string printed_syntax(Value tree, bool is_pretty);

/// A string in single quotes with Hog's escapes.
void print_quoted(std::string_view text, std::string& out);
/// An identifier as it is, or in backquotes where it must be.
void print_identifier(std::string_view name, std::string& out);

}  // namespace hogvm
HOGVM_PUBLIC_END
