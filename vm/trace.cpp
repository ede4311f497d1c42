#include <algorithm>
#include <chrono>
#include <cmath>

#include <hogvm/javascript.h>

#include "run.h"

namespace hogvm {
namespace {

constexpr std::size_t kMostRows = 1'000'000;

}  // namespace

void Run::trace_start() {
    traced_ms_ = now_ms();
    traced_chunk_ = top().chunk_name();
    trace_.push_back({traced_ms_, javascript::to_string(traced_chunk_), 0, "START", ""});
}

void Run::trace(std::int64_t ip) {
    if (trace_.size() >= kMostRows) fail(ErrorKind::Memory, "The trace exceeds " + std::to_string(kMostRows) + " rows");
    TraceRow row;
    const double now = now_ms();
    row.ms = now != traced_ms_ ? now - traced_ms_ : 0;
    traced_ms_ = now;
    const Frame& frame = top();
    if (!javascript::strictly_equal(frame.chunk_name(), traced_chunk_))
        row.chunk = javascript::to_string(frame.chunk_name());
    traced_chunk_ = frame.chunk_name();
    const Array* tokens = frame.chunk->tokens;
    row.ip = ip;
    const auto token = [&](std::int64_t at) {
        return at >= 0 && at < tokens->size ? tokens->items[at] : Value::undefined();
    };
    const Value opcode = token(ip);
    row.op = "???";
    if (opcode.is_number()) {
        row.op = javascript::to_string(opcode);
        const double number = opcode.as_number();
        if (number >= 1 && number < kOpcodeCount && number == std::trunc(number))
            row.op += "/" + std::string(kOpcodes[static_cast<std::size_t>(number)].name);
        switch (
            static_cast<Opcode>(number >= 1 && number < kOpcodeCount && number == std::trunc(number) ? number : 0)) {
            case Opcode::OP_CALL_LOCAL:
            case Opcode::OP_GET_PROPERTY:
            case Opcode::OP_GET_PROPERTY_NULLISH:
                row.debug = javascript::to_string(height() > 0 ? at_.sp[-1] : Value::undefined());
                break;
            case Opcode::OP_GET_GLOBAL:
            case Opcode::OP_CALL_GLOBAL:
            case Opcode::OP_STRING:
            case Opcode::OP_INTEGER:
            case Opcode::OP_FLOAT: row.debug = javascript::to_string(token(ip + 1)); break;
            default: break;
        }
    }
    trace_bytes_ += sizeof(TraceRow) + row.chunk.size() + row.op.size() + row.debug.size();
    if (trace_bytes_ + heap_.bytes() > options_.limits.heap)
        fail(ErrorKind::Memory, "The trace exceeds what the run may take: " + std::to_string(options_.limits.heap) +
                                    " bytes with its values");
    trace_.push_back(std::move(row));
}

}  // namespace hogvm
