#include "programs.h"

#include <string>
#include <vector>

#include <hogvm/standard_library.h>

#include "environment.h"
#include "guard.h"
#include "read.h"

namespace hogvm::node {
namespace {

using Handle = std::shared_ptr<const Program>;

/// What a program takes in bytes, as far as the garbage collector should know.
constexpr std::int64_t kBytesPerProgram = 24 * 1024;
constexpr std::int64_t kBytesPerToken = 100;

std::shared_ptr<const Program> load_value(Environment& environment, napi_value value) {
    auto heap = std::make_shared<Heap>();
    const Value tokens = Reader(environment, *heap, Shape::Hog).read(value);
    return Program::load(tokens, std::move(heap), standard_library());
}

}  // namespace

const std::shared_ptr<const Program>& program_of(napi_env env, napi_value external) {
    void* handle = nullptr;
    if (napi_get_value_external(env, external, &handle) != napi_ok)
        throw Napi::TypeError::New(env, "expected a program");
    return *static_cast<Handle*>(handle);
}

Napi::Value load(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        Handle program =
            info[0].IsString() ? load_program(read_string(environment, info[0])) : load_value(environment, info[0]);
        const std::int64_t bytes =
            kBytesPerProgram + kBytesPerToken * (info[1].IsNumber() ? info[1].As<Napi::Number>().Int64Value() : 0);
        Napi::MemoryManagement::AdjustExternalMemory(info.Env(), bytes);
        return Napi::External<Handle>::New(info.Env(), new Handle(std::move(program)),
                                           [bytes](Napi::Env env, Handle* handle) {
                                               delete handle;
                                               Napi::MemoryManagement::AdjustExternalMemory(env, -bytes);
                                           });
    });
}

Napi::Value reads(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        const std::vector<std::string> paths = program_of(info.Env(), info[0])->reads();
        const auto out = Napi::Array::New(info.Env(), paths.size());
        for (std::size_t i = 0; i < paths.size(); ++i)
            out.Set(static_cast<std::uint32_t>(i), Napi::String::New(info.Env(), paths[i]));
        return out;
    });
}

Napi::Value check(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        const auto findings = program_of(info.Env(), info[0])->check();
        const auto out = Napi::Array::New(info.Env(), findings.size());
        for (std::size_t i = 0; i < findings.size(); ++i) {
            const auto finding = Napi::Object::New(info.Env());
            finding.Set("chunk", Napi::String::New(info.Env(), findings[i].chunk));
            finding.Set("ip", Napi::Number::New(info.Env(), static_cast<double>(findings[i].ip)));
            finding.Set("message", Napi::String::New(info.Env(), findings[i].message));
            out.Set(static_cast<std::uint32_t>(i), finding);
        }
        return out;
    });
}

Napi::Value disassemble(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        return Napi::String::New(info.Env(), program_of(info.Env(), info[0])->disassemble());
    });
}

}  // namespace hogvm::node
