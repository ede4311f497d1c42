#include <hogvm/work.h>

#include <string>

#include <hogvm/error.h>

namespace hogvm {
namespace {

thread_local Watch* current = nullptr;

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

}  // namespace hogvm
