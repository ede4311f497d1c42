#include "syntax.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <hogvm/convert.h>
#include <hogvm/error.h>
#include <hogvm/heap.h>
#include <hogvm/json.h>
#include <hogvm/print.h>

// Expected values are the reference's.

using namespace hogvm;

namespace {

/// A tree written as JSON, in which `'` stands for `"` and {Field a} for a field of that name.
std::string json_of(std::string_view text) {
    std::string json;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i).starts_with("{Field ")) {
            const std::size_t end = text.find('}', i);
            json += R"({"__hx_ast":"Field","chain":[")" + std::string(text.substr(i + 7, end - i - 7)) + "\"]}";
            i = end;
        } else {
            json += text[i] == '\'' ? '"' : text[i];
        }
    }
    return json;
}

/// As the dicts that a program makes, without the `sql(` and `)` around.
std::string sql(std::string_view text) {
    Heap heap;
    const std::string json = json_of(text);
    std::string out;
    try {
        out = printed(from_host(json::parse(json, heap), heap));
    } catch (const Failure& failure) {
        return failure.message;
    }
    REQUIRE_MESSAGE(out.starts_with("sql("), out);
    return out.substr(4, out.size() - 5);
}

}  // namespace

TEST_CASE("a syntax tree prints as sql(...) wherever it is, as a dict or as an object") {
    Heap heap;
    const std::string json = json_of("[{Field a}]");
    const Value object = json::parse(json, heap);
    CHECK(printed(object) == "[sql(a)]");
    CHECK(printed(from_host(object, heap)) == "[sql(a)]");
}

TEST_CASE("fields join their names with dots") {
    CHECK(sql("{'__hx_ast': 'Field', 'chain': ['a', 'b c', 1, '$x']}") == "a.`b c`.1.$x");
    CHECK(sql("{'__hx_ast': 'Field', 'chain': ['a', -1, 1.5, true, ['x']]}") == "a.`-1`.`1.5`.true.x");
    CHECK(sql("{'__hx_ast': 'Field', 'chain': ['*']}") == "*");
    CHECK(sql("{'__hx_ast': 'Field', 'chain': ['a', '*']}") == "a.`*`");
    CHECK(sql("{'__hx_ast': 'Field', 'chain': '*'}") == "*");
    CHECK(sql("{'__hx_ast': 'Field'}") == "Can not print a HogQL syntax tree: chain must be an array, got null");
}

TEST_CASE("constants print as values") {
    CHECK(sql("{'__hx_ast': 'Constant', 'value': 'x'}") == "'x'");
    CHECK(sql("{'__hx_ast': 'Constant', 'value': null}") == "null");
    CHECK(sql("{'__hx_ast': 'Constant', 'value': [1, {'a': 2}]}") == "[1, {'a': 2}]");
    CHECK(sql("{'__hx_ast': 'Not', 'expr': 5}") == "not(5)");
}

TEST_CASE("a constant that holds the value around the tree is null there") {
    Heap heap;
    Array* around = heap.array(0);
    Dict* tree = heap.dict();
    heap.set(tree, Value::ascii("__hx_ast"), Value::ascii("Constant"));
    heap.set(tree, Value::ascii("value"), Value::array(around));
    heap.set(around, 0, Value::dict(tree));
    CHECK(printed(Value::array(around)) == "[sql(null)]");
}

TEST_CASE("calls, tuples, arrays and lambdas") {
    CHECK(sql("{'__hx_ast': 'Call', 'name': 'f', 'args': [{Field a}, null, 1]}") == "f(a, , 1)");
    CHECK(sql("{'__hx_ast': 'Call', 'name': 'f'}") == "f()");
    CHECK(sql("{'__hx_ast': 'Tuple', 'exprs': [{Field a}]}") == "tuple(a)");
    CHECK(sql("{'__hx_ast': 'Array', 'exprs': [1, 2]}") == "[1, 2]");
    CHECK(sql("{'__hx_ast': 'Array'}") == "");
    CHECK(sql("{'__hx_ast': 'Lambda', 'args': ['x'], 'expr': {Field x}}") == "x -> x");
    CHECK(sql("{'__hx_ast': 'Lambda', 'args': ['x', 'a b', null], 'expr': 1}") == "(x, `a b`, ) -> 1");
    CHECK(sql("{'__hx_ast': 'Lambda', 'args': [null], 'expr': 1}") == "null -> 1");
    CHECK(sql("{'__hx_ast': 'Lambda', 'args': []}") == "Lambdas require at least one argument");
}

TEST_CASE("and, or and not") {
    CHECK(sql("{'__hx_ast': 'And', 'exprs': [{Field a}, {Field b}]}") == "and(a, b)");
    CHECK(sql("{'__hx_ast': 'Or', 'exprs': [{Field a}]}") == "a");
    CHECK(sql("{'__hx_ast': 'Or', 'exprs': []}") == "");
    CHECK(sql("{'__hx_ast': 'Not', 'expr': {Field a}}") == "not(a)");
}

TEST_CASE("comparisons are functions") {
    const auto compare = [](std::string_view op) {
        return sql("{'__hx_ast': 'CompareOperation', 'left': {Field a}, 'right': {Field b}, 'op': '" + std::string(op) +
                   "'}");
    };
    CHECK(compare("==") == "equals(a, b)");
    CHECK(compare("!=") == "notEquals(a, b)");
    CHECK(compare("<=") == "lessOrEquals(a, b)");
    CHECK(compare("not in") == "notIn(a, b)");
    CHECK(compare("not ilike") == "notILike(a, b)");
    CHECK(compare("=~") == "match(a, b)");
    CHECK(compare("!~") == "not(match(a, b))");
    CHECK(compare("=~*") == "match(a, concat('(?i)', b))");
    CHECK(compare("!~*") == "not(match(a, concat('(?i)', b)))");
    CHECK(compare("in cohort") == "in cohort(a, b)");
}

TEST_CASE("arithmetic is functions") {
    const auto compute = [](std::string_view op) {
        return sql("{'__hx_ast': 'ArithmeticOperation', 'left': 1, 'right': 2, 'op': " + std::string(op) + "}");
    };
    CHECK(compute("'+'") == "plus(1, 2)");
    CHECK(compute("'%'") == "modulo(1, 2)");
    CHECK(compute("'^'") == "Unknown ArithmeticOperation operator: ^");
    CHECK(compute("null") == "Unknown ArithmeticOperation operator: null");
}

TEST_CASE("aliases, of which a hidden one is left out") {
    CHECK(sql("{'__hx_ast': 'Alias', 'expr': {Field a}, 'alias': 'b c'}") == "a AS `b c`");
    CHECK(sql("{'__hx_ast': 'Alias', 'expr': {Field a}, 'alias': 'b', 'hidden': true}") == "a");
    CHECK(sql("{'__hx_ast': 'Alias', 'alias': 'c', 'expr': {'__hx_ast': 'Alias', 'expr': {Field a}, 'alias': 'b', "
              "'hidden': true}}") == "a AS c");
}

TEST_CASE("a select has its clauses in order") {
    CHECK(sql("{'__hx_ast': 'SelectQuery', 'select': [{Field a}, {'__hx_ast': 'Asterisk'}], 'distinct': true, "
              "'select_from': {'__hx_ast': 'JoinExpr', 'table': {Field events}}, 'prewhere': {Field p}, "
              "'where': {Field w}, 'group_by': [{Field g}], 'having': {Field h}, "
              "'order_by': [{'__hx_ast': 'OrderExpr', 'expr': {Field o}, 'order': 'DESC'}], 'limit': 10, "
              "'limit_with_ties': true, 'offset': 5, "
              "'window_exprs': {'w 1': {'__hx_ast': 'WindowExpr', 'partition_by': [{Field a}]}}}") ==
          "SELECT DISTINCT a, * FROM events PREWHERE p WHERE w GROUP BY g HAVING h ORDER BY o DESC LIMIT 10 WITH TIES "
          "OFFSET 5 WINDOW `w 1` AS (PARTITION BY a)");
    CHECK(sql("{'__hx_ast': 'SelectQuery'}") == "SELECT ");
    CHECK(sql("{'__hx_ast': 'SelectQuery', 'select': [1], 'offset': 5}") == "SELECT 1");
}

TEST_CASE("a query inside another stands in parentheses") {
    CHECK(sql("{'__hx_ast': 'Call', 'name': 'f', 'args': [{'__hx_ast': 'SelectQuery', 'select': [1]}]}") ==
          "f((SELECT 1))");
    CHECK(sql("{'__hx_ast': 'Constant', 'value': {'__hx_ast': 'SelectQuery', 'select': [1]}}") == "sql(SELECT 1)");
}

TEST_CASE("joins follow each other") {
    CHECK(
        sql("{'__hx_ast': 'JoinExpr', 'table': {Field a}, 'alias': 'x', 'next_join': {'__hx_ast': 'JoinExpr', "
            "'join_type': 'LEFT JOIN', 'table': {Field b}, 'alias': 'b', 'constraint': {'__hx_ast': 'JoinConstraint', "
            "'constraint_type': 'ON', 'expr': {Field c}}, 'next_join': {'table': {Field d}}}}") ==
        "a AS x LEFT JOIN b ON c JOIN d");
}

TEST_CASE("a set of queries: the reference looks for operators in objects only, not in dicts") {
    Heap heap;
    const Value first = from_host(json::parse(R"({"__hx_ast": "SelectQuery", "select": [1]})", heap), heap);
    const Value other = json::parse(
        R"({"set_operator": "UNION ALL", "select_query": {"__hx_ast": "SelectQuery", "select": [2]}})", heap);
    const auto set_of = [&](Value subsequent) {
        Dict* set = heap.dict();
        heap.set(set, Value::ascii("__hx_ast"), Value::ascii("SelectSetQuery"));
        heap.set(set, Value::ascii("initial_select_query"), first);
        heap.set(set, Value::ascii("subsequent_select_queries"), Value::array(heap.array_of({{subsequent}})));
        return printed(Value::dict(set));
    };
    CHECK(set_of(other) == "sql((SELECT 1) UNION ALL (SELECT 2))");
    CHECK(set_of(from_host(other, heap)) == "sql((SELECT 1))");
}

TEST_CASE("windows, samples and tags") {
    CHECK(sql("{'__hx_ast': 'WindowFunction', 'name': 'sum', 'exprs': [{Field a}], 'over_identifier': 'w'}") ==
          "sum(a) OVER w");
    CHECK(sql("{'__hx_ast': 'WindowFunction', 'name': 'f', 'exprs': [], 'args': [1], 'over_expr': {'__hx_ast': "
              "'WindowExpr', 'order_by': [{Field o}], 'frame_method': 'ROWS', 'frame_start': {'frame_type': "
              "'PRECEDING'}, "
              "'frame_end': {'frame_type': 'FOLLOWING', 'frame_value': 3}}}") ==
          "f()(1) OVER (ORDER BY o ROWS BETWEEN UNBOUNDED PRECEDING AND 3 FOLLOWING)");
    CHECK(sql("{'__hx_ast': 'SampleExpr', 'sample_value': {'left': 1, 'right': 10}, 'offset_value': {'left': 2}}") ==
          "SAMPLE 1/10 OFFSET 2");
    CHECK(sql("{'__hx_ast': 'HogQLXTag', 'kind': 'Sparkline', 'attributes': [{'name': 'title', 'value': 'x'}, "
              "{'name': 'data', 'value': [1]}]}") == "<Sparkline title='x' data={[1]} />");
    CHECK(sql("{'__hx_ast': 'HogQLXTag', 'kind': 'Br'}") == "<Br />");
}

TEST_CASE("what is no known node is an error in the reference's words") {
    CHECK(sql("{'__hx_ast': 'Nope'}") == "Unknown AST node type: Nope");
    CHECK(sql("{'__hx_ast': 'Not', 'expr': {'a': 1}}") == "Node type is missing or undefined.");
}

TEST_CASE("a tree may be hundreds of levels deep") {
    const auto nested = [](int levels) {
        std::string tree = "1";
        for (int i = 0; i < levels; ++i) tree = "{'__hx_ast': 'Not', 'expr': " + tree + "}";
        return sql(tree);
    };
    CHECK(nested(900).size() == 900 * 5 + 1);
    CHECK(nested(1100) == "Values nested too deeply: more than 2000 levels");
}

TEST_CASE("a tree inside itself is too deep") {
    Heap heap;
    Dict* tree = heap.dict();
    heap.set(tree, Value::ascii("__hx_ast"), Value::ascii("Not"));
    heap.set(tree, Value::ascii("expr"), Value::dict(tree));
    CHECK_THROWS_AS(printed(Value::dict(tree)), Failure);
    Dict* join = heap.dict();
    heap.set(join, Value::ascii("__hx_ast"), Value::ascii("JoinExpr"));
    heap.set(join, Value::ascii("next_join"), Value::dict(join));
    CHECK_THROWS_AS(printed(Value::dict(join)), Failure);
}
