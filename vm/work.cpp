#include <hogvm/work.h>

#include <algorithm>
#include <string>

#include <hogvm/error.h>

namespace hogvm {
namespace {

thread_local Watch* current = nullptr;

constexpr std::size_t kBytesPerStep = 64;

}  // namespace

Working::Working(Watch* watch) : outer_(current) { current = watch; }
Working::~Working() { current = outer_; }

void work_done(std::size_t steps) {
    if (current != nullptr) current->worked(steps);
}

double patience_ms() { return current != nullptr ? current->patience_ms() : kPatienceMs; }

void check_text(std::size_t bytes) {
    if (current != nullptr && 2 * bytes > current->room())
        fail(ErrorKind::Memory, "Out of memory: a text of more than " + std::to_string(bytes) + " bytes");
}

void copy_pieces(void* to, const void* from, std::size_t bytes) {
    for (std::size_t at = 0; at < bytes; at += kPiece) {
        std::memcpy(static_cast<char*>(to) + at, static_cast<const char*>(from) + at, std::min(kPiece, bytes - at));
        work_done(kPiece / kBytesPerStep);
    }
}

void append_text(std::string_view text, std::string& out) {
    const std::size_t size = out.size() + text.size();
    if (size <= kPiece) {
        out += text;
        return;
    }
    const auto append = [](std::string_view more, std::string& to) {
        for (std::size_t at = 0; at < more.size(); at += kPiece) {
            to += more.substr(at, kPiece);
            work_done(kPiece / kBytesPerStep);
        }
    };
    if (size > out.capacity()) {
        check_text(size);
        std::string grown;
        grown.reserve(std::max(size, 2 * out.size()));
        append(out, grown);
        out.swap(grown);
    }
    append(text, out);
}

bool same_pieces(std::string_view a, std::string_view b) {
    if (a.data() == b.data()) return true;
    for (std::size_t at = 0; at < a.size(); at += kPiece) {
        if (a.substr(at, kPiece) != b.substr(at, kPiece)) return false;
        work_done(kPiece / kBytesPerStep);
    }
    return true;
}

}  // namespace hogvm
