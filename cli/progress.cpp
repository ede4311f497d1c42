#include "progress.h"

#include <unistd.h>

#include <cstdio>

#include "output.h"

namespace hogvm::cli {
namespace {

constexpr std::chrono::milliseconds kInterval{200};

}  // namespace

Progress::Progress() : is_on_(isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO)) {}

void Progress::show(std::uint64_t events, std::uint64_t failed) {
    if (!is_on_ || Clock::now() - drawn_ < kInterval) return;
    drawn_ = Clock::now();
    char line[160];
    std::snprintf(line, sizeof line, "\r%llu events, %llu failed, %.0f events/s\033[K",
                  static_cast<unsigned long long>(events), static_cast<unsigned long long>(failed),
                  static_cast<double>(events) / seconds());
    write_error(line);
    is_visible_ = true;
}

void Progress::clear() {
    if (is_visible_) write_error("\r\033[K");
    is_visible_ = false;
}

double Progress::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

}  // namespace hogvm::cli
