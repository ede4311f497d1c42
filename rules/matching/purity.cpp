#include "purity.h"

#include <algorithm>
#include <array>

namespace hogvm::matching {
namespace {

// Sorted by name. Functions that end in Perhaps are here for being pure only.
constexpr auto kFunctions = std::to_array<Purity>({
    {"JSONExtract", Fails::Perhaps},
    {"JSONExtractArrayRaw", Fails::Perhaps},
    {"JSONExtractBool", Fails::Perhaps},
    {"JSONExtractFloat", Fails::Perhaps},
    {"JSONExtractInt", Fails::Perhaps},
    {"JSONExtractString", Fails::Perhaps},
    {"JSONHas", Fails::Perhaps},
    {"JSONLength", Fails::Perhaps},
    {"and", Fails::Never},
    {"arrayCount", Fails::OnNull, 1},
    {"arrayExists", Fails::OnNull, 1},
    {"arrayFilter", Fails::Perhaps},
    {"arrayMap", Fails::Perhaps},
    {"arrayStringConcat", Fails::Perhaps},
    {"base64Decode", Fails::Perhaps},
    {"base64Encode", Fails::Perhaps},
    {"coalesce", Fails::Never},
    {"concat", Fails::Never},
    {"empty", Fails::Never},
    {"equals", Fails::Never},
    {"extractRegex", Fails::OnPattern, 1},
    {"floor", Fails::Perhaps},
    {"greater", Fails::Never},
    {"greaterOrEquals", Fails::Never},
    {"has", Fails::Never},
    {"if", Fails::Never},
    {"ifNull", Fails::Never},
    {"ilike", Fails::OnPattern, 1},
    {"in", Fails::Never},
    {"indexOf", Fails::Never},
    {"isIPAddressInRange", Fails::Perhaps},
    {"isNotNull", Fails::Never},
    {"isNull", Fails::Never},
    {"isValidJSON", Fails::Never},
    {"jsonParse", Fails::Perhaps},
    {"keys", Fails::OnNull, 0},
    {"length", Fails::OnNull, 0},
    {"less", Fails::Never},
    {"lessOrEquals", Fails::Never},
    {"like", Fails::OnPattern, 1},
    {"lower", Fails::Perhaps},
    {"match", Fails::OnPattern, 1},
    {"md5Hex", Fails::Perhaps},
    {"minus", Fails::Perhaps},
    {"multiIf", Fails::Never},
    {"multiSearchAnyCaseInsensitive", Fails::Never},
    {"not", Fails::Never},
    {"notEmpty", Fails::Never},
    {"notEquals", Fails::Never},
    {"notILike", Fails::OnPattern, 1},
    {"notLike", Fails::OnPattern, 1},
    {"or", Fails::Never},
    {"plus", Fails::Perhaps},
    {"position", Fails::Never},
    {"positionCaseInsensitive", Fails::Never},
    {"replaceAll", Fails::Perhaps},
    {"replaceOne", Fails::Perhaps},
    {"round", Fails::Perhaps},
    {"sha1Hex", Fails::Perhaps},
    {"sha256Hex", Fails::Perhaps},
    {"sortableSemver", Fails::Never},
    {"splitByString", Fails::Perhaps},
    {"startsWith", Fails::Never},
    {"substring", Fails::Perhaps},
    {"toFloat", Fails::Never},
    {"toInt", Fails::Never},
    {"toString", Fails::Never},
    {"toUUID", Fails::Never},
    {"trim", Fails::Perhaps},
    {"trimLeft", Fails::Perhaps},
    {"trimRight", Fails::Perhaps},
    {"tuple", Fails::Never},
    {"typeof", Fails::Never},
    {"upper", Fails::Perhaps},
    {"values", Fails::OnNull, 0},
});

static_assert(std::is_sorted(kFunctions.begin(), kFunctions.end(),
                             [](const Purity& a, const Purity& b) { return a.name < b.name; }));

}  // namespace

const Purity* purity_of(std::string_view function) {
    const auto* found = std::lower_bound(kFunctions.begin(), kFunctions.end(), function,
                                         [](const Purity& p, std::string_view name) { return p.name < name; });
    return found != kFunctions.end() && found->name == function ? &*found : nullptr;
}

}  // namespace hogvm::matching
