// The functions that are written in Hog: each runs in frames of its own, in the chunk `stl/<name>`, so that a callback
// may suspend the program. A suspended state then names a token in here: the tokens are part of the wire format and
// must stay as they are in the reference's 1.0.71. And `sleep`, which is the host's to do.
#include "arguments.h"
#include "families.h"

namespace hogvm::stdlib {
namespace {

constexpr std::string_view kArrayCount =
    R"hog([33, 0, 36, 1, 36, 3, 2, "values", 1, 33, 1, 36, 4, 2, "length", 1, 31, 36, 6, 36, 5, 16, 40, 31, 36, 4,
36, 5, 45, 37, 7, 36, 7, 36, 0, 54, 1, 40, 7, 33, 1, 36, 2, 6, 37, 2, 36, 5, 33, 1, 6, 37, 5, 39, -38, 35, 35, 35, 35,
35, 36, 2, 38, 35])hog";

constexpr std::string_view kArrayExists =
    R"hog([36, 1, 36, 2, 2, "values", 1, 33, 1, 36, 3, 2, "length", 1, 31, 36, 5, 36, 4, 16, 40, 26, 36, 3, 36, 4,
45, 37, 6, 36, 6, 36, 0, 54, 1, 40, 2, 29, 38, 36, 4, 33, 1, 6, 37, 4, 39, -33, 35, 35, 35, 35, 35, 30, 38])hog";

constexpr std::string_view kArrayFilter =
    R"hog([43, 0, 36, 1, 36, 3, 2, "values", 1, 33, 1, 36, 4, 2, "length", 1, 31, 36, 6, 36, 5, 16, 40, 33, 36, 4,
36, 5, 45, 37, 7, 36, 7, 36, 0, 54, 1, 40, 9, 36, 2, 36, 7, 2, "arrayPushBack", 2, 37, 2, 36, 5, 33, 1, 6, 37, 5, 39,
-40, 35, 35, 35, 35, 35, 36, 2, 38, 35])hog";

constexpr std::string_view kArrayMap =
    R"hog([43, 0, 36, 1, 36, 3, 2, "values", 1, 33, 1, 36, 4, 2, "length", 1, 31, 36, 6, 36, 5, 16, 40, 29, 36, 4,
36, 5, 45, 37, 7, 36, 2, 36, 7, 36, 0, 54, 1, 2, "arrayPushBack", 2, 37, 2, 36, 5, 33, 1, 6, 37, 5, 39, -36, 35, 35,
35, 35, 35, 36, 2, 38, 35])hog";

constexpr std::string_view kArrayReduce =
    R"hog([36, 2, 36, 1, 36, 4, 2, "values", 1, 33, 1, 36, 5, 2, "length", 1, 31, 36, 7, 36, 6, 16, 40, 26, 36, 5,
36, 6, 45, 37, 8, 36, 3, 36, 8, 36, 0, 54, 2, 37, 3, 36, 6, 33, 1, 6, 37, 6, 39, -33, 35, 35, 35, 35, 35, 36, 3, 38,
35])hog";

constexpr std::string_view kInCohort =
    R"hog([31, 36, 1, 11, 40, 6, 32, "inCohort() requires cohort membership to be loaded for this evaluation", 2,
"Error", 1, 49, 36, 1, 36, 2, 2, "values", 1, 33, 1, 36, 3, 2, "length", 1, 31, 36, 5, 36, 4, 16, 40, 25, 36, 3, 36,
4, 45, 37, 6, 36, 0, 36, 6, 11, 40, 2, 29, 38, 36, 4, 33, 1, 6, 37, 4, 39, -32, 35, 35, 35, 35, 35, 30, 38])hog";

constexpr std::string_view kNotInCohort =
    R"hog([31, 36, 1, 11, 40, 6, 32, "notInCohort() requires cohort membership to be loaded for this evaluation", 2,
"Error", 1, 49, 36, 1, 36, 2, 2, "values", 1, 33, 1, 36, 3, 2, "length", 1, 31, 36, 5, 36, 4, 16, 40, 25, 36, 3, 36,
4, 45, 37, 6, 36, 0, 36, 6, 11, 40, 2, 30, 38, 36, 4, 33, 1, 6, 37, 4, 39, -32, 35, 35, 35, 35, 35, 29, 38])hog";

constexpr std::string_view kSortableSemver =
    R"hog([31, 36, 0, 11, 40, 3, 43, 0, 38, 36, 0, 32, "(\\d+(\\.\\d+)+)", 2, "extractRegex", 2, 36, 1, 2, "empty",
1, 40, 3, 43, 0, 38, 32, ".", 36, 1, 2, "splitByString", 2, 52, "lambda", 1, 0, 11, 36, 0, 2, "toInt", 1, 47, 3, 35,
33, 0, 38, 53, 0, 36, 2, 2, "arrayMap", 2, 38, 35, 35])hog";

constexpr Function kFunctions[] = {
    {"arrayCount", 2, 2, nullptr, kArrayCount, false, "arrays", "arrayCount(function, array)",
     "For how many elements the function gives something truthy.", "arrayCount(x -> x > 1, [1, 2, 3]) = 2"},
    {"arrayExists", 2, 2, nullptr, kArrayExists, false, "arrays", "arrayExists(function, array)",
     "Whether the function gives something truthy for any element; it stops at the first.",
     "arrayExists(x -> x > 2, [1, 2, 3]) = true"},
    {"arrayFilter", 2, 2, nullptr, kArrayFilter, false, "arrays", "arrayFilter(function, array)",
     "The elements for which the function gives something truthy.",
     "toString(arrayFilter(x -> x > 1, [1, 2, 3])) = '[2, 3]'"},
    {"arrayMap", 2, 2, nullptr, kArrayMap, false, "arrays", "arrayMap(function, array)",
     "What the function gives for each element.", "toString(arrayMap(x -> x * 2, [1, 2, 3])) = '[2, 4, 6]'"},
    {"arrayReduce", 3, 3, nullptr, kArrayReduce, false, "arrays", "arrayReduce(function, array, initial)",
     "What is left after the function has joined the initial value with the first element, the result with the "
     "second, and so on.",
     "arrayReduce((a, b) -> a + b, [1, 2, 3], 10) = 16"},
    {"inCohort", 2, 2, nullptr, kInCohort, false, "cohorts", "inCohort(id, ids)",
     "Whether the cohort is one of those that the person is known to be in; where these are not known (null) it "
     "throws an error.",
     "inCohort(2, [1, 2, 3]) = true"},
    {"notInCohort", 2, 2, nullptr, kNotInCohort, false, "cohorts", "notInCohort(id, ids)",
     "The opposite of inCohort; it throws the same error.", "notInCohort(2, [1, 2, 3]) = false"},
    {"sortableSemver", 1, 1, nullptr, kSortableSemver, false, "strings", "sortableSemver(version)",
     "The numbers of the first dotted version in the text, as an array, so that versions compare by them; [] if "
     "there is none.",
     "toString(sortableSemver('v1.10.0-rc')) = '[1, 10, 0]'"},
    {"sleep", 1, 1, nullptr, "", true, "host", "sleep(seconds)",
     "Suspends the program until the host resumes it, which it is asked to do after so many seconds.",
     "typeof(sleep) = 'function'"},
};

}  // namespace

std::span<const Function> hog_functions() { return kFunctions; }

}  // namespace hogvm::stdlib
