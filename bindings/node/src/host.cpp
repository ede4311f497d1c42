#include "host.h"

#include <string_view>
#include <vector>

#include "handles.h"
#include "read.h"
#include "write.h"

namespace hogvm::node {
namespace {

/// A member of the run's host; null where there is none, undefined or null.
napi_value member(Lane& lane, const char* name) {
    if (lane.host == nullptr) return nullptr;
    napi_value value = nullptr;
    napi_valuetype type = napi_undefined;
    checked(lane.environment, napi_get_named_property(lane.environment.env, lane.host, name, &value));
    checked(lane.environment, napi_typeof(lane.environment.env, value, &type));
    return type == napi_undefined || type == napi_null ? nullptr : value;
}

napi_value call(Lane& lane, napi_value self, napi_value function, std::span<const napi_value> args) {
    napi_value result = nullptr;
    checked(lane.environment,
            napi_call_function(lane.environment.env, self, function, args.size(), args.data(), &result));
    return result;
}

/// Ends the run if its signal was raised meanwhile.
void check_signal(Lane& lane) {
    const napi_value signal = member(lane, "signal");
    if (signal == nullptr) return;
    const napi_env env = lane.environment.env;
    napi_value aborted = nullptr;
    bool is_aborted = false;
    checked(lane.environment, napi_get_named_property(env, signal, "aborted", &aborted));
    checked(lane.environment, napi_get_value_bool(env, aborted, &is_aborted));
    if (!is_aborted) return;
    napi_value reason = nullptr;
    checked(lane.environment, napi_get_named_property(env, signal, "reason", &reason));
    checked(lane.environment, napi_throw(env, reason));
    raise(lane.environment);
}

Value call_function(Lane& lane, const std::string& name, Call& call_of) {
    const napi_env env = lane.environment.env;
    const HandleScope scope(env);
    std::vector<napi_value> args;
    args.reserve(call_of.size());
    for (const Value v : call_of.args) args.push_back(Writer(lane.environment, Shape::Host).write(v));
    const napi_value functions = member(lane, "functions");
    napi_value function = nullptr;
    checked(lane.environment, napi_get_named_property(env, functions, name.c_str(), &function));
    const napi_value result = call(lane, functions, function, args);
    check_signal(lane);
    return read_from_host(lane.environment, result, call_of.heap);
}

void print(Lane& lane, std::string_view line) {
    if (lane.collects) {
        lane.printed.emplace_back(line);
        return;
    }
    const HandleScope scope(lane.environment.env);
    napi_value function = member(lane, "print");
    if (function == nullptr) function = lane.environment.print();
    napi_value undefined = nullptr;
    checked(lane.environment, napi_get_undefined(lane.environment.env, &undefined));
    const napi_value given = write_string(lane.environment, line);
    call(lane, undefined, function, {&given, 1});
}

double now(Lane& lane) {
    const HandleScope scope(lane.environment.env);
    napi_value undefined = nullptr;
    checked(lane.environment, napi_get_undefined(lane.environment.env, &undefined));
    double ms = 0;
    const napi_value told = call(lane, undefined, lane.environment.now(), {});
    checked(lane.environment, napi_get_value_double(lane.environment.env, told, &ms));
    return ms;
}

Value import_chunk(Lane& lane, std::string_view name, Heap& heap) {
    const HandleScope scope(lane.environment.env);
    const napi_value function = member(lane, "importBytecode");
    if (function == nullptr) return Value::undefined();
    const napi_value given = write_string(lane.environment, name);
    const napi_value chunk = call(lane, lane.host, function, {&given, 1});
    return Reader(lane.environment, heap, Shape::Hog).read(chunk);
}

/// By the patterns of the run's host.
bool match(Lane& lane, std::string_view pattern, std::string_view text) {
    const HandleScope scope(lane.environment.env);
    const napi_value given[] = {write_string(lane.environment, pattern), write_string(lane.environment, text)};
    bool is_found = false;
    checked(lane.environment,
            napi_get_value_bool(lane.environment.env, call(lane, lane.host, member(lane, "match"), given), &is_found));
    return is_found;
}

void connect_functions(Lane& lane, std::string_view key, Host& host) {
    while (!key.empty()) {
        const std::size_t end = key.find('\n');
        const std::string name(key.substr(2, end - 2));
        if (key[0] == 'a') {
            if (host.find(name) == nullptr) host.add_async(name);
        } else {
            host.add(name, [&lane, name](Call& of) { return call_function(lane, name, of); });
        }
        key.remove_prefix(end + 1);
    }
}

}  // namespace

void connect(Lane& lane, const std::string& local_zone) {
    Host& host = lane.vm.host();
    host.local_zone = local_zone;
    host.print = [&lane](std::string_view line) { print(lane, line); };
    host.clock = [&lane] { return now(lane); };
    host.import_chunk = [&lane](std::string_view name, Heap& heap) { return import_chunk(lane, name, heap); };
}

void set_host(Lane& lane, napi_value host) {
    napi_valuetype type = napi_undefined;
    if (host != nullptr) checked(lane.environment, napi_typeof(lane.environment.env, host, &type));
    lane.host = type == napi_object ? host : nullptr;
    std::string key;
    if (const napi_value names = member(lane, "key")) key = read_string(lane.environment, names);
    if (key != lane.functions_key) {
        const std::string local_zone = lane.vm.host().local_zone;
        lane.vm.host() = Host();
        connect(lane, local_zone);
        connect_functions(lane, key, lane.vm.host());
        lane.functions_key = std::move(key);
    }
    lane.vm.host().match = nullptr;
    if (member(lane, "match") != nullptr) {
        lane.vm.host().match = [&lane](std::string_view pattern, std::string_view text) {
            return match(lane, pattern, text);
        };
    }
}

}  // namespace hogvm::node
