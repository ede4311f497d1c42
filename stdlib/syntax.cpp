#include "syntax.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <hogvm/convert.h>
#include <hogvm/error.h>
#include <hogvm/javascript.h>
#include <hogvm/print.h>

#include "arguments.h"

namespace hogvm {
namespace {

struct Operator {
    std::string_view symbol;
    std::string_view function;
};
constexpr Operator kComparisons[] = {
    {"==", "equals"},   {"!=", "notEquals"},       {"<", "less"},    {">", "greater"},        {"<=", "lessOrEquals"},
    {"in", "in"},       {"not in", "notIn"},       {"like", "like"}, {"not like", "notLike"}, {">=", "greaterOrEquals"},
    {"ilike", "ilike"}, {"not ilike", "notILike"}, {"=~", "match"},  {"!~", "match"},         {"=~*", "match"},
    {"!~*", "match"},
};
constexpr Operator kArithmetic[] = {
    {"+", "plus"}, {"-", "minus"}, {"*", "multiply"}, {"/", "divide"}, {"%", "modulo"},
};

/// A part takes about as much of the machine's stack as two containers do, which are what the limit on depth is for.
constexpr int kLevelsOfPart = 2;

bool is_text(Value v, std::string_view text) { return v.is_string() && v.as_text() == text; }

/// JavaScript's `.length` and `[0]`, which parts of a tree are asked for whatever they are.
Value length_of(Value v) {
    switch (v.type()) {
        case Type::Array: return Value::integer(v.as_array()->size);
        case Type::String: return Value::integer(static_cast<std::int64_t>(v.units()));
        case Type::Object: return field_of(v.as_dict(), "length");
        default: return Value::undefined();
    }
}
bool has_length(Value v, int length) { return javascript::strictly_equal(length_of(v), Value::integer(length)); }

/// Of what has_length(v, 1).
Value only_item(Value v) {
    if (v.is(Type::Array)) return v.as_array()->items[0];
    return v.is_string() ? v : field_of(v.as_dict(), "0");
}

std::string called(std::string_view function, std::string_view left, std::string_view right) {
    std::string sql(function);
    return sql.append("(").append(left).append(", ").append(right).append(")");
}

/// Parts are visited in the order of the reference, so that of two errors in a tree the same one is found.
class Printer {
  public:
    Printer(PrintPath& path, bool is_pretty) : path_(path), is_pretty_(is_pretty) {}

    /// A part of the tree: a node as SQL, any other value as a constant, and nothing for what is not there.
    std::string visit(Value v);

  private:
    /// A node, whose fields are undefined where it hasn't them.
    class Part {
      public:
        explicit Part(const Dict* dict) : dict_(dict) {}
        Value operator[](std::string_view field) const { return field_of(dict_, field); }
        [[nodiscard]] bool has(std::string_view field) const { return has_field(dict_, field); }

      private:
        const Dict* dict_;
    };
    struct Kind {
        std::string_view name;
        std::string (Printer::*print)(Part);
    };
    static const Kind kKinds[];

    // Queries.
    std::string select_query(Part part);
    std::string select_set_query(Part part);
    std::string from(Value table);
    std::string join(Part part);
    std::string join_constraint(Part part) { return visit(part["expr"]); }
    std::string sample(Part part);
    std::string ratio(Part part);
    std::string order(Part part);
    // Expressions.
    std::string constant(Part part);
    std::string field(Part part);
    std::string asterisk(Part) { return "*"; }
    std::string alias(Part part);
    std::string call(Part part);
    std::string lambda(Part part);
    std::string tuple(Part part);
    std::string array(Part part);
    std::string conjunction(Part part) { return logical("and(", part); }
    std::string disjunction(Part part) { return logical("or(", part); }
    std::string logical(std::string_view function, Part part);
    std::string negation(Part part) { return "not(" + visit(part["expr"]) + ")"; }
    std::string comparison(Part part);
    std::string arithmetic(Part part);
    // Windows.
    std::string window(Part part);
    std::string window_function(Part part);
    std::string window_frame(Part part);
    std::string frame_bound(Value v);
    // HogQLX.
    std::string tag(Part part);
    std::string attribute(Value v);

    /// The parts of an array, with commas between. What is no array is an error.
    std::string list(Value items, std::string_view name, std::string_view comma = ", ");
    /// Appends `clause` and an array's parts, if it is one and has any.
    void append_list(Value items, std::string_view name, std::string_view clause, std::string& sql,
                     std::string_view comma = ", ");
    /// Appends `clause` and a part, if that is anything.
    void append_part(Value v, std::string_view clause, std::string& sql);
    std::string named(std::string table, Part join);
    std::string windows(Value definitions, std::string_view comma);
    Part expect_part(Value v, std::string_view name);
    std::string identifier(Value name);
    std::string text(Value v);
    [[noreturn]] void refuse(std::string_view name, std::string_view expected, Value got);

    // The white space of a query: one space each, or lines of their own.
    std::string line(int deeper) const {
        return is_pretty_ ? "\n" + std::string(static_cast<std::size_t>(std::max(0, 4 * (level_ + deeper))), ' ') : " ";
    }
    void trim(std::string& sql) const {
        if (is_pretty_) sql = std::string(javascript::trim(sql));
    }

    PrintPath& path_;
    bool is_pretty_;
    int level_ = -1;  // of indentation
    int open_ = 0;    // nodes being visited: a query inside something stands in parentheses
    Heap heap_;       // for nodes that had to be converted
};

const Printer::Kind Printer::kKinds[] = {
    {"SelectQuery", &Printer::select_query},
    {"SelectSetQuery", &Printer::select_set_query},
    {"Call", &Printer::call},
    {"Constant", &Printer::constant},
    {"Field", &Printer::field},
    {"Alias", &Printer::alias},
    {"And", &Printer::conjunction},
    {"Or", &Printer::disjunction},
    {"Not", &Printer::negation},
    {"CompareOperation", &Printer::comparison},
    {"Tuple", &Printer::tuple},
    {"Array", &Printer::array},
    {"Lambda", &Printer::lambda},
    {"OrderExpr", &Printer::order},
    {"ArithmeticOperation", &Printer::arithmetic},
    {"Asterisk", &Printer::asterisk},
    {"JoinExpr", &Printer::join},
    {"JoinConstraint", &Printer::join_constraint},
    {"WindowExpr", &Printer::window},
    {"WindowFunction", &Printer::window_function},
    {"WindowFrameExpr", &Printer::window_frame},
    {"SampleExpr", &Printer::sample},
    {"RatioExpr", &Printer::ratio},
    {"HogQLXTag", &Printer::tag},
};

std::string Printer::visit(Value v) {
    if (!javascript::to_boolean(v)) return {};
    if (!v.is(Type::Dict)) {
        if (!is_syntax_tree(v)) {
            std::string out;
            print_value(v, out, path_);
            return out;
        }
        // A copy is converted, since what is on this printer's heap must not become a parent of what outlives it.
        const PrintPath::Unmarked anew(path_);
        v = from_host(copy(v, heap_), heap_);
    }
    const Part part = expect_part(v, "a node");
    const PrintPath::Step step(path_, nullptr, kLevelsOfPart);
    const Value kind = part["__hx_ast"];
    if (!javascript::to_boolean(kind)) fail(ErrorKind::Argument, "Node type is missing or undefined.");
    for (const Kind& known : kKinds) {
        if (!is_text(kind, known.name)) continue;
        ++open_, ++level_;
        std::string sql = (this->*known.print)(part);
        --open_, --level_;
        check_printed(sql.size());
        return sql;
    }
    fail(ErrorKind::Argument, "Unknown AST node type: " + text(kind));
}

std::string Printer::select_query(Part part) {
    const bool is_nested = open_ > 1;
    const std::string next = line(0);
    const std::string inside = line(1);
    const std::string comma = (is_pretty_ ? "," : ", ") + (is_pretty_ ? inside : "");
    const auto clause = [&](std::string_view word) { return next + std::string(word) + inside; };
    const Value columns = part["select"];
    std::string sql = is_pretty_ ? next.substr(1) : "";
    sql += (javascript::to_boolean(part["distinct"]) ? "SELECT DISTINCT" : "SELECT") + inside;
    if (javascript::to_boolean(columns)) sql += list(columns, "select", comma);
    if (const std::string table = from(part["select_from"]); !table.empty()) sql += clause("FROM") + table;
    append_part(part["prewhere"], clause("PREWHERE"), sql);
    append_part(part["where"], clause("WHERE"), sql);
    append_list(part["group_by"], "group_by", clause("GROUP BY"), sql, comma);
    append_part(part["having"], clause("HAVING"), sql);
    append_list(part["order_by"], "order_by", clause("ORDER BY"), sql, comma);
    if (part.has("limit")) {
        append_part(part["limit"], next + "LIMIT ", sql);
        if (javascript::to_boolean(part["limit_with_ties"])) sql += next + "WITH TIES";
        append_part(part["offset"], next + "OFFSET ", sql);
    }
    if (javascript::to_boolean(part["window_exprs"])) {
        const std::string definitions = windows(part["window_exprs"], comma);
        if (!definitions.empty()) sql += clause("WINDOW") + definitions;
    }
    return is_nested ? "(" + sql + ")" : sql;
}

/// Names and what they stand for, from a dict, or from an array with positions for names.
std::string Printer::windows(Value definitions, std::string_view comma) {
    std::string sql;
    const auto append = [&](Value name, Value window) {
        if (!sql.empty()) sql += comma;
        sql += identifier(name) + " AS (";
        sql += visit(window) + ")";
    };
    if (definitions.is(Type::Dict)) {
        for (const Entry& e : definitions.as_dict()->items()) append(e.key, e.value);
    } else if (definitions.is(Type::Array)) {
        std::int64_t position = 0;
        for (const Value window : definitions.as_array()->values()) append(Value::integer(position++), window);
    } else {
        refuse("window_exprs", "a dict", definitions);
    }
    return sql;
}

std::string Printer::select_set_query(Part part) {
    --level_;
    std::string sql = visit(part["initial_select_query"]);
    trim(sql);
    const Value others = part["subsequent_select_queries"];
    if (others.is(Type::Array)) {
        for (const Value other : others.as_array()->values()) {
            if (other.is_nullish()) refuse("an element of subsequent_select_queries", "an object", other);
            // Only objects have fields here: the reference doesn't look into dicts.
            if (!other.is(Type::Object)) continue;
            std::string query = visit(field_of(other.as_dict(), "select_query"));
            trim(query);
            const Value set_operator = field_of(other.as_dict(), "set_operator");
            if (javascript::to_boolean(set_operator)) sql += line(1) + text(set_operator) + line(1);
            sql += query;
        }
    } else if (javascript::to_boolean(others) && !others.is_string() && !others.is(Type::Dict)) {
        refuse("subsequent_select_queries", "an array", others);
    }
    ++level_;
    if (open_ == 1) return sql;
    return "(" + std::string(javascript::trim(sql)) + ")";
}

std::string Printer::from(Value table) {
    if (!javascript::to_boolean(table)) return {};
    const Part part = expect_part(table, "select_from");
    return is_text(part["__hx_ast"], "JoinExpr") ? join(part) : visit(table);
}

/// A table, with the name that it has in the query.
std::string Printer::named(std::string table, Part join) {
    const Value alias = join["alias"];
    if (!join.has("alias") || is_text(alias, table)) return table;
    return table + " AS " + identifier(alias);
}

std::string Printer::join(Part part) {
    std::string sql = named(visit(part["table"]), part);
    Value next = part["next_join"];
    for (int joins = 0; javascript::to_boolean(next); ++joins) {
        check_depth(joins);
        const Part other = expect_part(next, "next_join");
        const Value type = other["join_type"];
        const std::string table = visit(other["table"]);
        std::string constraint;
        if (javascript::to_boolean(other["constraint"])) {
            const Value type_of_constraint = expect_part(other["constraint"], "constraint")["constraint_type"];
            constraint = text(type_of_constraint) + " ";
            constraint += visit(other["constraint"]);
        }
        const std::string clause =
            (javascript::to_boolean(type) ? text(type) : "JOIN") + " " + named(table, other) + " " + constraint;
        sql += " ";
        sql += javascript::trim(clause);
        next = other["next_join"];
    }
    return sql;
}

std::string Printer::sample(Part part) {
    const auto ratio_of = [&](std::string_view field) {
        const Value v = part[field];
        return javascript::to_boolean(v) ? ratio(expect_part(v, field)) : std::string();
    };
    std::string sql = "SAMPLE " + ratio_of("sample_value");
    if (part.has("offset_value")) sql += " OFFSET " + ratio_of("offset_value");
    return sql;
}

std::string Printer::ratio(Part part) {
    std::string sql = visit(part["left"]);
    if (part.has("right")) sql += "/" + visit(part["right"]);
    return sql;
}

std::string Printer::order(Part part) {
    std::string sql = visit(part["expr"]);
    return sql + " " + text(part["order"]);
}

std::string Printer::constant(Part part) {
    std::string out;
    print_value(part["value"], out, path_);
    return out;
}

std::string Printer::field(Part part) {
    const Value chain = part["chain"];
    if (has_length(chain, 1) && is_text(only_item(chain), "*")) return "*";
    if (!chain.is(Type::Array)) refuse("chain", "an array", chain);
    std::string sql;
    bool is_first = true;
    for (const Value name : chain.as_array()->values()) {
        if (!is_first) sql += '.';
        is_first = false;
        if (name.is(Type::Hole)) continue;
        if (name.is_nullish()) refuse("an element of chain", "a string", name);
        const std::string link = text(name);
        if (name.is_number() && link.find_first_not_of("0123456789") == std::string::npos) {
            sql += link;
        } else {
            sql += identifier(Value::text(link));
        }
    }
    return sql;
}

std::string Printer::alias(Part part) {
    Value v = part["expr"];
    if (javascript::to_boolean(part["hidden"])) return visit(v);
    // The name covers those that are hidden below it.
    for (int hidden = 0; v.is(Type::Dict); ++hidden) {
        check_depth(hidden);
        const Part inner(v.as_dict());
        if (!is_text(inner["__hx_ast"], "Alias") || !javascript::to_boolean(inner["hidden"])) break;
        v = inner["expr"];
    }
    std::string sql = visit(v);
    return sql + " AS " + identifier(part["alias"]);
}

std::string Printer::call(Part part) {
    const Value args = part["args"];
    const std::string sql = args.is_nullish() ? "" : list(args, "args");
    return text(part["name"]) + "(" + sql + ")";
}

std::string Printer::lambda(Part part) {
    const Value args = part["args"];
    if (!javascript::to_boolean(args) || has_length(args, 0))
        fail(ErrorKind::Argument, "Lambdas require at least one argument");
    if (!args.is(Type::Array)) refuse("args", "an array", args);
    const auto names = args.as_array()->values();
    std::string sql;
    for (const Value& name : names) {
        if (&name != names.data()) sql += ", ";
        // In a list, what is not there joins as nothing.
        if (names.size() == 1) {
            sql += name.is(Type::Hole) ? text(name) : identifier(name);
        } else if (!name.is_nullish()) {
            sql += identifier(name);
        }
    }
    if (names.size() > 1) sql = "(" + sql + ")";
    return sql + " -> " + visit(part["expr"]);
}

std::string Printer::tuple(Part part) {
    if (!javascript::to_boolean(part["exprs"])) return {};
    return "tuple(" + list(part["exprs"], "exprs") + ")";
}

std::string Printer::array(Part part) {
    if (!javascript::to_boolean(part["exprs"])) return {};
    return "[" + list(part["exprs"], "exprs") + "]";
}

std::string Printer::logical(std::string_view function, Part part) {
    const Value operands = part["exprs"];
    if (!javascript::to_boolean(operands) || has_length(operands, 0)) return {};
    if (has_length(operands, 1)) return visit(only_item(operands));
    return std::string(function) + list(operands, "exprs") + ")";
}

std::string Printer::comparison(Part part) {
    const std::string left = visit(part["left"]);
    const std::string right = visit(part["right"]);
    const std::string symbol = text(part["op"]);
    std::string_view function = symbol;
    for (const Operator& known : kComparisons)
        if (known.symbol == symbol) function = known.function;
    // Of the four that match patterns, only what is itself a string is seen to negate or to ignore case.
    const bool is_negated = part["op"].is_string() && (symbol == "!~" || symbol == "!~*");
    const bool ignores_case = part["op"].is_string() && (symbol == "=~*" || symbol == "!~*");
    std::string sql = called(function, left, ignores_case ? "concat('(?i)', " + right + ")" : right);
    return is_negated ? "not(" + sql + ")" : sql;
}

std::string Printer::arithmetic(Part part) {
    const std::string left = visit(part["left"]);
    const std::string right = visit(part["right"]);
    const Value op = part["op"];
    for (const Operator& known : kArithmetic)
        if (is_text(op, known.symbol)) return called(known.function, left, right);
    fail(ErrorKind::Argument, "Unknown ArithmeticOperation operator: " + text(op));
}

std::string Printer::window(Part part) {
    std::string sql;
    append_list(part["partition_by"], "partition_by", " PARTITION BY ", sql);
    append_list(part["order_by"], "order_by", " ORDER BY ", sql);
    if (part.has("frame_method") && part.has("frame_start")) {
        sql += " " + text(part["frame_method"]) + (part.has("frame_end") ? " BETWEEN " : " ");
        sql += frame_bound(part["frame_start"]);
        if (part.has("frame_end")) sql += " AND " + frame_bound(part["frame_end"]);
    }
    return sql.empty() ? sql : sql.substr(1);
}

std::string Printer::frame_bound(Value v) {
    return javascript::to_boolean(v) ? window_frame(expect_part(v, "a bound of a window's frame")) : std::string();
}

std::string Printer::window_frame(Part part) {
    const Value bound = part["frame_value"];
    if (part.has("frame_value") && bound.is_nullish()) refuse("frame_value", "a number", bound);
    return (part.has("frame_value") ? text(bound) : "UNBOUNDED") + " " + text(part["frame_type"]);
}

std::string Printer::window_function(Part part) {
    std::string operands = "(";
    if (part.has("exprs")) operands += list(part["exprs"], "exprs");
    operands += ")";
    if (part.has("args")) operands += "(" + list(part["args"], "args") + ")";
    std::string over = "()";
    if (part.has("over_expr")) {
        over = "(" + visit(part["over_expr"]) + ")";
    } else if (part.has("over_identifier")) {
        over = identifier(part["over_identifier"]);
    }
    return text(part["name"]) + operands + " OVER " + over;
}

std::string Printer::tag(Part part) {
    const Value attributes = part["attributes"];
    std::string sql = "<" + text(part["kind"]);
    const bool has_any = javascript::to_boolean(attributes) &&
                         javascript::relational(length_of(attributes), Value::integer(0)) == javascript::Order::Greater;
    if (has_any) {
        if (!attributes.is(Type::Array)) refuse("attributes", "an array", attributes);
        for (const Value v : attributes.as_array()->values()) sql += " " + attribute(v);
    }
    return sql + " />";
}

std::string Printer::attribute(Value v) {
    if (!javascript::to_boolean(v)) return {};
    const Part part = expect_part(v, "an element of attributes");
    const std::string value = visit(part["value"]);
    const std::string name = identifier(part["name"]);
    return part["value"].is_string() ? name + "=" + value : name + "={" + value + "}";
}

std::string Printer::list(Value items, std::string_view name, std::string_view comma) {
    if (!items.is(Type::Array)) refuse(name, "an array", items);
    std::string sql;
    bool is_first = true;
    for (const Value item : items.as_array()->values()) {
        if (!is_first) sql += comma;
        is_first = false;
        sql += visit(item);
    }
    return sql;
}

void Printer::append_list(Value items, std::string_view name, std::string_view clause, std::string& sql,
                          std::string_view comma) {
    if (!items.is(Type::Array) || items.as_array()->size == 0) return;
    sql += clause;
    sql += list(items, name, comma);
}

void Printer::append_part(Value v, std::string_view clause, std::string& sql) {
    const std::string part = visit(v);
    if (part.empty()) return;
    sql += clause;
    sql += part;
}

Printer::Part Printer::expect_part(Value v, std::string_view name) {
    if (!v.is(Type::Dict)) refuse(name, "a dict", v);
    return Part(v.as_dict());
}

std::string Printer::identifier(Value name) {
    std::string out;
    print_identifier(name, out, path_);
    return out;
}

std::string Printer::text(Value v) {
    std::string out;
    print_string_of(v, out, path_);
    return out;
}

void Printer::refuse(std::string_view name, std::string_view expected, Value got) {
    fail(ErrorKind::Argument, "Can not print a HogQL syntax tree: " + std::string(name) + " must be " +
                                  std::string(expected) + ", got " + std::string(stdlib::type_name(got, heap_)));
}

}  // namespace

bool is_syntax_tree(Value v) {
    if (v.is(Type::Object)) return (v.as_node()->traits & kSyntax) != 0;
    return v.is(Type::Dict) && javascript::to_boolean(field_of(v.as_dict(), "__hx_ast"));
}

void print_syntax_tree(Value tree, std::string& out, PrintPath& path) { out += Printer(path, false).visit(tree); }

std::string printed_syntax(Value tree, bool is_pretty) {
    PrintPath path;
    return Printer(path, is_pretty).visit(tree);
}

}  // namespace hogvm
