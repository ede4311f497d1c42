// A verdict: what is known of a conjunction so far, in one integer, as conditions' bytecode carries it.
//
// 0 is "no match". Anything else is "matches as far as is known", with bits for what could not be resolved on the way;
// without any, it is "matched". Since all but 0 are true to the VM, JUMP_IF_FALSE leaves a conjunction that can't match
// any more.
//
// The bits of reasons are a set, since reasons only ever join; the first of the order in flags.h is read at the end. A
// part that needs the server matters differently in two places: within a cohort it ends the cohort at once (kEnded), in
// a condition it is remembered if nothing before it was unresolved (kServer), while the other properties are tried.
#pragma once

#include <cstdint>

#include <hogvm/flags.h>

namespace hogvm::flags {

using Verdict = std::int64_t;

inline constexpr Verdict kNoMatch = 0;
inline constexpr Verdict kMatched = 1;
inline constexpr Verdict kUnsupported = 1 << 1;
inline constexpr Verdict kDependency = 1 << 2;
inline constexpr Verdict kMissing = 1 << 3;
inline constexpr Verdict kRegex = 1 << 4;             // unresolved through a regex
inline constexpr Verdict kServer = 1 << 5;            // needs the server, with reason "unsupported_definition" ...
inline constexpr Verdict kServerDependency = 1 << 6;  // ... or "unresolved_dependency"
inline constexpr Verdict kEnded = 1 << 7;             // of a cohort: nothing more is tried

inline constexpr Verdict kReasons = kUnsupported | kDependency | kMissing;
inline constexpr Verdict kServers = kServer | kServerDependency;

constexpr bool is_decided(Verdict v) { return v == kNoMatch || v == kMatched; }
constexpr bool needs_server(Verdict v) { return (v & kServers) != 0; }
constexpr Verdict inconclusive(Verdict bits) { return kMatched | bits; }
constexpr Verdict matched_if(bool matched) { return matched ? kMatched : kNoMatch; }
/// What is not decided stays so.
constexpr Verdict opposite(Verdict v) { return is_decided(v) ? v ^ kMatched : v; }

/// What a verdict that needs the server says of itself: such an answer ends its cohort and has one reason.
constexpr Verdict server(Verdict which) {
    return kMatched | kEnded | which | (which == kServer ? kUnsupported : kDependency);
}

/// A conjunction with one more part, in a condition.
constexpr Verdict joined_in_condition(Verdict so_far, Verdict part) {
    if (so_far == kNoMatch || part == kNoMatch) return kNoMatch;
    part &= ~kEnded;
    if ((so_far & kReasons) != 0) part &= ~kServers;  // something else was unresolved first
    return so_far | part;
}

/// Likewise in a cohort.
constexpr Verdict joined_in_cohort(Verdict so_far, Verdict part) {
    if ((so_far & kEnded) != 0) return so_far;
    if (so_far == kNoMatch || part == kNoMatch) return kNoMatch;
    if ((part & kEnded) != 0) return part;
    return so_far | part;
}

constexpr Verdict bit_of(FlagReason reason) {
    switch (reason) {
        case FlagReason::UnsupportedDefinition: return kUnsupported;
        case FlagReason::UnresolvedDependency: return kDependency;
        case FlagReason::MissingContext: return kMissing;
        default: return 0;
    }
}

constexpr FlagReason first_reason(Verdict bits) {
    if ((bits & kUnsupported) != 0) return FlagReason::UnsupportedDefinition;
    if ((bits & kDependency) != 0) return FlagReason::UnresolvedDependency;
    if ((bits & kMissing) != 0) return FlagReason::MissingContext;
    return FlagReason::None;
}

}  // namespace hogvm::flags
