#include "output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "exit.h"

namespace hogvm::cli {
namespace {

[[noreturn]] void give_up() {
    complain(std::string("stdout: ") + std::strerror(errno));
    _exit(kUnusable);
}

}  // namespace

void write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) give_up();
}

void write_line(std::string_view text) {
    write(text);
    write("\n");
}

void flush() {
    if (std::fflush(stdout) != 0) give_up();
}

void complain(std::string_view message) { write_error("hog: " + std::string(message) + '\n'); }

void write_error(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace hogvm::cli
