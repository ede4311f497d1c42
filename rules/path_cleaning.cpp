#include "path_cleaning.h"

#include <string_view>

#include <hogvm/error.h>
#include <hogvm/vm.h>

// HogVM has no function that replaces what a pattern matches, so a rule is a small Hog function, which every HogVM
// runs. It finds the text before the next match and the match itself, each as the one group of a pattern, and goes on
// behind them. The last character that it has passed stays in front of what is left, so that ^ and \b see it. As with
// RE2::GlobalReplace, an empty match right behind another doesn't count.
//
//     path -> {
//         if (path = null) { return null }
//         let rest := toString(path)
//         let cleaned := ''
//         let start := '^'
//         let seen := 0
//         let adjacent := false
//         while (match(rest, concat(start, '(?s:.*?)(?:PATTERN)'))) {
//             let before := extractRegex(rest, concat(start, '((?s:.*?))(?:PATTERN)'))
//             let found := extractRegex(rest, concat(start, '(?s:.*?)((?:PATTERN))'))
//             let end := seen + length(before) + length(found)
//             if (found != '' or before != '' or not adjacent) { cleaned := concat(cleaned, before, 'ALIAS') }
//             adjacent := found != ''
//             if (not adjacent) {
//                 if (end = length(rest)) { return cleaned }
//                 end := end + 1
//                 cleaned := concat(cleaned, substring(rest, end, 1))
//             }
//             rest := substring(rest, end, length(rest))
//             start := '^(?s:.)'
//             seen := 1
//         }
//         return concat(cleaned, substring(rest, seen + 1, length(rest)))
//     }
namespace hogvm::rules {
namespace json = boost::json;
namespace {

constexpr double kLongestMs = 500;  // a thousand times what paths take

constexpr std::string_view kPattern = "PATTERN";
constexpr std::string_view kAlias = "ALIAS";

constexpr std::string_view kReplace =
    R"hog([31, 36, 0, 11, 40, 2, 31, 38, 36, 0, 2, "toString", 1, 32, "", 32, "^", 33, 0, 30,
36, 1, 36, 3, 32, "(?s:.*?)(?:PATTERN)", 2, "concat", 2, 2, "match", 2, 40, 141,
36, 1, 36, 3, 32, "((?s:.*?))(?:PATTERN)", 2, "concat", 2, 2, "extractRegex", 2,
36, 1, 36, 3, 32, "(?s:.*?)((?:PATTERN))", 2, "concat", 2, 2, "extractRegex", 2,
36, 7, 2, "length", 1, 36, 6, 2, "length", 1, 36, 4, 6, 6,
32, "", 36, 7, 12, 32, "", 36, 6, 12, 36, 5, 5, 4, 3, 40, 11, 36, 2, 36, 6, 32, "ALIAS", 2, "concat", 3, 37, 2,
32, "", 36, 7, 12, 37, 5, 36, 5, 5, 40, 36, 36, 1, 2, "length", 1, 36, 8, 11, 40, 3, 36, 2, 38,
33, 1, 36, 8, 6, 37, 8, 36, 2, 36, 1, 36, 8, 33, 1, 2, "substring", 3, 2, "concat", 2, 37, 2,
36, 1, 36, 8, 36, 1, 2, "length", 1, 2, "substring", 3, 37, 1, 32, "^(?s:.)", 37, 3, 33, 1, 37, 4,
35, 35, 35, 39, -155, 36, 2, 36, 1, 33, 1, 36, 4, 6, 36, 1, 2, "length", 1, 2, "substring", 3, 2, "concat", 2, 38])hog";

json::array replacing(const FilterOptions::PathRule& rule) {
    static const json::array function = json::parse(kReplace).as_array();
    json::array tokens = function;
    for (json::value& token : tokens) {
        if (!token.is_string()) continue;
        const std::string_view text = token.get_string();
        if (text == kAlias) {
            token = rule.alias;
        } else if (const auto at = text.find(kPattern); at != std::string_view::npos) {
            token = std::string(text).replace(at, kPattern.size(), rule.regex);
        }
    }
    return tokens;
}

}  // namespace

Expression cleaned_path(Expression path, const std::vector<FilterOptions::PathRule>& rules) {
    for (const auto& rule : rules) path = called_with(replacing(rule), std::move(path));
    return path;
}

std::string cleaned_path(const std::string& path, const std::vector<FilterOptions::PathRule>& rules) {
    json::array tokens = {"_H", 1};
    append_tokens(cleaned_path(constant(json::string(path)), rules), static_cast<std::size_t>(-1), tokens);
    Vm vm;
    const auto program = Program::load(tokens, standard_library());
    RunOptions options;
    options.limits.timeout_ms = kLongestMs;
    const Outcome outcome = vm.run(*program, options);
    if (!outcome.finished()) fail(outcome.error.kind, outcome.error.text());
    return std::string(outcome.result.as_text());
}

}  // namespace hogvm::rules
