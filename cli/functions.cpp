#include "functions.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

#include <hogvm/standard_library.h>

#include "exit.h"
#include "output.h"

namespace hogvm::cli {
namespace {

std::string arity(const Function& function) {
    const auto arguments = [](int n) { return std::to_string(n) + (n == 1 ? " argument" : " arguments"); };
    if (function.max_args == Function::kAnyNumber) return "at least " + arguments(function.min_args);
    if (function.min_args == function.max_args)
        return function.max_args == 0 ? "no arguments" : arguments(function.max_args);
    return std::to_string(function.min_args) + " to " + arguments(function.max_args);
}

// How it is called, where that is not the ordinary way.
std::string_view remark(const Function& function) {
    if (function.is_async) return "suspends the program";
    if (!function.hog.empty()) return "written in Hog";
    return {};
}

// As much of a description as a list has room for.
std::string_view first_sentence(std::string_view description) {
    const std::size_t end = std::min(description.find(". "), description.find("; "));
    if (end == std::string_view::npos) return description.substr(0, description.find_last_not_of('.') + 1);
    return description.substr(0, end);
}

std::string capitalised(std::string_view text) {
    std::string result(text);
    if (!result.empty()) result[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(result[0])));
    return result;
}

std::string lower_case(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

// How many letters to insert, remove or replace to make one of the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

// Text for a cell of a table.
std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '|') escaped += '\\';
        escaped += c == '\n' ? ' ' : c;
    }
    return escaped;
}

template <typename Visit>
void for_each_family(const Library& library, Visit visit) {
    const std::span<const Function> functions = library.functions();
    for (auto first = functions.begin(); first != functions.end();) {
        const auto last =
            std::find_if(first, functions.end(), [&](const Function& f) { return f.family != first->family; });
        visit(first->family, std::span<const Function>(first, last));
        first = last;
    }
}

}  // namespace

std::string list_functions(const Library& library) {
    std::string text;
    for_each_family(library, [&](std::string_view family, std::span<const Function> functions) {
        if (!text.empty()) text += '\n';
        text += capitalised(family) + '\n';
        for (const Function& function : functions) {
            std::string line = "  " + std::string(function.signature);
            line.append(line.size() < 46 ? 46 - line.size() : 0, ' ');
            text += line + "  " + std::string(first_sentence(function.description)) + '\n';
        }
    });
    return text;
}

std::string describe_function(const Function& function) {
    std::string text = std::string(function.signature) + "\n  " + std::string(function.description) + "\n\n";
    if (!function.example.empty()) text += "  Example:   " + std::string(function.example) + '\n';
    text += "  Takes:     " + arity(function) + '\n';
    if (!remark(function).empty()) text += "  Note:      " + std::string(remark(function)) + '\n';
    return text + "  Family:    " + std::string(function.family) + '\n';
}

std::string functions_markdown(const Library& library) {
    std::string text =
        "# Functions\n\n"
        "The functions that programs can call by name. `hog functions --markdown` writes this page from the engine's "
        "own\n"
        "table; `hog functions NAME` shows one of them.\n";
    for_each_family(library, [&](std::string_view family, std::span<const Function> functions) {
        text += "\n## " + capitalised(family) + "\n\n| Function | What it gives | Example |\n|---|---|---|\n";
        for (const Function& function : functions) {
            std::string what(function.description);
            if (!remark(function).empty()) what += " (" + std::string(remark(function)) + ")";
            text += "| `" + cell(function.signature) + "` | " + cell(what) + " | ";
            text += (function.example.empty() ? "" : "`" + cell(function.example) + "`") + " |\n";
        }
    });
    return text;
}

std::vector<std::string_view> similar_names(const Library& library, std::string_view name) {
    constexpr std::size_t kMost = 3;
    const std::string wanted = lower_case(name);
    std::vector<std::pair<std::size_t, std::string_view>> found;
    for (const Function& function : library.functions()) {
        const std::string known = lower_case(function.name);
        const std::size_t distance = edit_distance(wanted, known);
        const bool is_part = wanted.size() >= 3 && known.find(wanted) != std::string::npos;
        if (is_part || distance <= std::max<std::size_t>(1, wanted.size() / 3))
            found.emplace_back(distance, function.name);
    }
    std::ranges::sort(found);
    std::vector<std::string_view> names;
    for (const auto& [distance, found_name] : found) {
        if (names.size() < kMost) names.push_back(found_name);
    }
    return names;
}

int show_functions(const std::string& name, bool as_markdown) {
    const Library& library = standard_library();
    if (name.empty()) {
        write(as_markdown ? functions_markdown(library) : list_functions(library));
    } else if (const Library::Member* member = library.find(name)) {
        write(describe_function(*member->function));
    } else {
        std::string message = "there is no function " + name;
        std::string_view separator = "; did you mean ";
        for (const std::string_view similar : similar_names(library, name)) {
            message.append(separator).append(similar);
            separator = ", ";
        }
        throw Stop(message + (separator == ", " ? "?" : "; `hog functions` lists them"));
    }
    flush();
    return kDone;
}

}  // namespace hogvm::cli
