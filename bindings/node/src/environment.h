// What one JavaScript environment (the main thread, a worker) has of the engine: its lanes, and what of JavaScript the
// engine's side calls. It is the environment's instance data; nothing is shared between environments but programs.
//
// A lane is a Vm with what its current run may use. A host function or a getter may run a program itself, and a Vm runs
// one at a time; so each run that is nested in another takes the next lane.
//
// JavaScript exceptions cross the engine as Failure{ErrorKind::Host}: the environment keeps the exception itself, and
// the run's error is that. What calls JavaScript goes through `checked`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <napi.h>

#include <hogvm/vm.h>

#include "cells.h"
#include "paths.h"

namespace hogvm::node {

/// The numbers that pass between the two sides of a run, in one Float64Array (lib/slots.js); lib/native.js has the same
/// list.
enum Register : std::size_t {
    // What a run may take.
    kTimeout,
    kMemoryLimit,
    kMaxAsyncSteps,
    kFlags,
    kPrefetched,  // how many paths lib/prefetch.js has followed
    // How it went.
    kStatus,
    kOps,
    kMaxMemory,
    kAsyncSteps,
    kDuration,
    kReturned,
    // Of a flag's evaluation, beside kPrefetched.
    kNow,          // epoch milliseconds
    kTextBytes,    // how much of `bytes` is used; by programs, too
    kIdAt,         // where the distinct id begins in `bytes`, to the end of what is used; -1 if it is not there
    kOutcome,      // FlagAnswer::Outcome
    kReason,       // FlagReason
    kCondition,    // or -1
    kEnabled,      // 0 or 1
    kAnswerTexts,  // the number of the answer's variant and payload; -1 if it has none
    kNames,        // how many properties the flag is known to read
    // Of data in cells (lib/cells.js).
    kPooled,       // how many strings of the pool the run has read
    kPooledUnits,  // of the text that was read last, in UTF-16 units
    kPlacesFrom,   // the place of the first text that the result brings
    kPlaces,       // how many it brings
    kRuns,         // how many have begun
    kNumber,       // that a run gave
    kSimple,       // bytes that a run's memory takes at most, if all that it reads is prefetched and calls nothing
    kPath,         // the number of one that JavaScript is to follow,
    kFoundAs,      // and what came of it, a Found
    kRegisters = 32,
};

inline constexpr std::size_t kSlotBytes = 1024;  // of short texts

enum Flag : std::uint32_t {
    kTrace = 1,
    kKeepStack = 2,
    kKeepState = 4,
    kFreshUpvalues = 8,
    kCollect = 16,  // printed lines come with the result
    kExactStates = 32,
};

/// As Outcome::Status. Of a finished run the rest says what its result is: JSON text, what lies in the cells, or what
/// needs no value of Node-API, a number being in its register.
enum class Status : std::uint8_t { Finished, Suspended, Failed, Text, Cells, Null, False, True, Number };

struct Lane;

class Environment {
  public:
    explicit Environment(Napi::Env env);
    static Environment& of(napi_env env);

    napi_env env;
    double* registers = nullptr;
    const std::uint8_t* tags = nullptr;  // these three of lib/slots.js
    const double* numbers = nullptr;
    const char* bytes = nullptr;
    std::optional<Napi::Error> thrown;  // by JavaScript, while a Failure{Host} is on its way to the run's end

    // Functions of lib/native.js; see there.
    napi_value fill_map() const { return value_of(fill_map_); }
    napi_value text_of() const { return value_of(text_of_); }
    napi_value print() const { return value_of(print_); }
    napi_value now() const { return value_of(now_); }
    napi_value list_of() const { return value_of(list_of_); }
    napi_value entries_of() const { return value_of(entries_of_); }
    napi_value as_json_has_it() const { return value_of(as_json_has_it_); }
    napi_value map_class() const { return value_of(map_class_); }
    napi_value array_class() const { return value_of(array_class_); }
    const std::string& local_zone() const { return local_zone_; }
    void set_up(Napi::Object helpers);

    /// The lane for a run that begins now. Raises a JavaScript RangeError where the thread's stack is nearly used up.
    Lane& enter();
    void leave();
    /// The lane of the run that is under way; null outside of runs.
    Lane* lane() { return depth_ > 0 ? lanes_[depth_ - 1].get() : nullptr; }
    std::uint64_t turn() const { return turn_; }  ///< moves on with each run
    Cells cells;
    Paths paths;

  private:
    napi_value value_of(const Napi::ObjectReference& reference) const {
        napi_value value = nullptr;
        napi_get_reference_value(env, reference, &value);
        return value;
    }

    Napi::ObjectReference registers_;
    Napi::ObjectReference tags_;
    Napi::ObjectReference numbers_;
    Napi::ObjectReference bytes_;
    Napi::ObjectReference fill_map_;
    Napi::ObjectReference text_of_;
    Napi::ObjectReference print_;
    Napi::ObjectReference now_;
    Napi::ObjectReference list_of_;
    Napi::ObjectReference entries_of_;
    Napi::ObjectReference as_json_has_it_;
    Napi::ObjectReference map_class_;
    Napi::ObjectReference array_class_;
    std::string local_zone_ = "UTC";
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::size_t depth_ = 0;
    std::uint64_t turn_ = 0;
    const char* stack_end_ = nullptr;  // the lowest address that a run may begin at
};

struct Lane {
    explicit Lane(Environment& of) : environment(of) {}

    Environment& environment;
    Vm vm;
    std::string functions_key;  // names of the host functions that `vm` has, as lib/host.js spells them
    // Of the current run:
    napi_value host = nullptr;  // what it may call; null if nothing
    bool collects = false;      // printed lines are kept here
    std::vector<std::string> printed;
    std::string text;  // of its result
    std::uint64_t turn = 0;
    Heap texts;         // of JavaScript's strings,
    TextPlaces places;  // which have places in the pool

    /// Whether the pool has the strings of this run: not if another has begun inside it.
    bool has_pool() const { return turn == environment.turn(); }
};

/// For as long as a run takes.
class Entered {
  public:
    explicit Entered(Environment& environment) : lane(environment.enter()) {}
    ~Entered() {
        lane.host = nullptr;
        lane.printed.clear();
        lane.environment.leave();
    }
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;

    Lane& lane;
};

/// Raises Failure{Host} if a call of Node-API failed, with the JavaScript exception kept in `thrown`.
void raise(Environment& environment);
inline void checked(Environment& environment, napi_status status) {
    if (status != napi_ok) [[unlikely]]
        raise(environment);
}

}  // namespace hogvm::node
