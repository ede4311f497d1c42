#include "environment.h"

#include <pthread.h>

#include <utility>

#include "host.h"

namespace hogvm::node {
namespace {

// What a run's own recursion may take at most: values nested kMaxDepth deep, going through every conversion.
constexpr std::size_t kStackForRun = 1200 * 1024;

const char* stack_end() {
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return nullptr;
    void* lowest = nullptr;
    std::size_t size = 0;
    const bool is_known = pthread_attr_getstack(&attributes, &lowest, &size) == 0;
    pthread_attr_destroy(&attributes);
    return is_known ? static_cast<const char*>(lowest) + kStackForRun : nullptr;
}

Napi::ObjectReference reference(Napi::Object helpers, const char* name) {
    return Napi::Persistent(helpers.Get(name).As<Napi::Object>());
}

}  // namespace

Environment::Environment(Napi::Env of) : env(of), cells(*this), paths(*this), stack_end_(stack_end()) {}

Environment& Environment::of(napi_env env) {
    void* data = nullptr;
    napi_get_instance_data(env, &data);
    return *static_cast<Environment*>(data);
}

void Environment::set_up(Napi::Object helpers) {
    auto registers_array = helpers.Get("registers").As<Napi::Float64Array>();
    registers = registers_array.Data();
    registers_ = reference(helpers, "registers");
    tags = helpers.Get("tags").As<Napi::Uint8Array>().Data();
    tags_ = reference(helpers, "tags");
    numbers = helpers.Get("numbers").As<Napi::Float64Array>().Data();
    numbers_ = reference(helpers, "numbers");
    bytes = reinterpret_cast<const char*>(helpers.Get("bytes").As<Napi::Uint8Array>().Data());
    bytes_ = reference(helpers, "bytes");
    fill_map_ = reference(helpers, "fillMap");
    text_of_ = reference(helpers, "textOf");
    print_ = reference(helpers, "print");
    now_ = reference(helpers, "now");
    list_of_ = reference(helpers, "listOf");
    entries_of_ = reference(helpers, "entriesOf");
    as_json_has_it_ = reference(helpers, "asJsonHasIt");
    map_class_ = reference(helpers, "Map");
    array_class_ = reference(helpers, "Array");
    cells.set_up(helpers);
    paths.set_up(helpers);
    local_zone_ = helpers.Get("zone").As<Napi::String>().Utf8Value();
}

Lane& Environment::enter() {
    const char here = 0;
    if (&here < stack_end_) throw Napi::RangeError::New(env, "Maximum call stack size exceeded");
    if (depth_ == lanes_.size()) {
        lanes_.push_back(std::make_unique<Lane>(*this));
        connect(*lanes_.back(), local_zone_);
    }
    Lane& lane = *lanes_[depth_++];
    lane.turn = ++turn_;
    lane.texts.clear();
    lane.places.clear();
    registers[kPooled] = 0;
    registers[kRuns] = static_cast<double>(turn_);
    return lane;
}

void Environment::leave() { --depth_; }

void raise(Environment& environment) {
    const napi_extended_error_info* info = nullptr;
    napi_get_last_error_info(environment.env, &info);
    if (info->error_code == napi_closing || info->error_code == napi_cannot_run_js)
        fail(ErrorKind::Host, "JavaScript can't be called any more: its environment is ending");
    environment.thrown = Napi::Error::New(environment.env);  // what is pending, or an error for a wrong argument
    const std::string& message = environment.thrown->Message();
    fail(ErrorKind::Host, message.empty() ? "a JavaScript exception" : message);
}

}  // namespace hogvm::node
