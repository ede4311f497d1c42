// Runs a target without libFuzzer: `hogvm_fuzz_x PATH|noise:SEED:COUNT...`. A path is an input, a folder of inputs, or
// a corpus: a file *.corpus with an input in base64 on each line. Noise is COUNT inputs of random bytes, for the
// targets that make something of any bytes. Without coverage and sanitizers that is fifty times as fast, and a check
// like any other where two ways to an answer are compared. An input that ends the process, or takes more than kMost
// seconds of a processor, is named.
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include "check.h"

namespace {

constexpr int kMost = 10;  // as for libFuzzer (run.py)

std::size_t replayed = 0;
char current[300];  // what the input is called, for a signal handler

void tell(int signal) {
    constexpr std::string_view kSlow = "too slow: ";
    [[maybe_unused]] auto written = signal == SIGPROF ? write(STDERR_FILENO, kSlow.data(), kSlow.size()) : 0;
    written = write(STDERR_FILENO, current, std::strlen(current));
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void replay(std::string_view input, const std::string& name) {
    const std::string line = "the input was " + name + "\n";
    current[line.copy(current, sizeof current - 1)] = '\0';
    // A copy of just that size, so that AddressSanitizer sees its end.
    const std::string bytes(input);
    const itimerval most = {.it_interval = {}, .it_value = {.tv_sec = kMost, .tv_usec = 0}};
    setitimer(ITIMER_PROF, &most, nullptr);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++replayed;
}

std::string decoded(std::string_view base64) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0, count = 0;
    for (const char c : base64) {
        const std::size_t digit = kDigits.find(c);
        if (digit == std::string_view::npos) break;
        bits = bits << 6 | static_cast<unsigned>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> count & 0xFF);
    }
    return bytes;
}

void replay_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (path.extension() == ".corpus") {
        int number = 0;
        for (std::string line; std::getline(file, line);)
            replay(decoded(line), path.string() + ":" + std::to_string(++number));
    } else {
        replay(std::string(std::istreambuf_iterator<char>(file), {}), path.string());
    }
}

/// "noise:SEED:COUNT"; SEED alone, as a finding names it, is one input.
void replay_noise(std::string_view what) {
    std::uint64_t seed = 0;
    std::uint64_t count = 1;
    what.remove_prefix(what.find(':') + 1);
    const char* const end = what.data() + what.size();
    const auto read = std::from_chars(what.data(), end, seed);
    if (read.ptr < end) std::from_chars(read.ptr + 1, end, count);
    for (const std::uint64_t last = seed + count; seed < last; ++seed) {
        std::mt19937_64 engine(seed);
        std::string bytes(16 + engine() % 600, '\0');
        for (char& byte : bytes) byte = static_cast<char>(engine());
        replay(bytes, "noise:" + std::to_string(seed));
    }
}

}  // namespace

int main(int count, char** arguments) {
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGPROF}) std::signal(signal, tell);
    for (int k = 1; k < count; ++k) {
        if (std::string_view(arguments[k]).starts_with("noise:")) {
            replay_noise(arguments[k]);
            continue;
        }
        const std::filesystem::path path = arguments[k];
        if (!std::filesystem::exists(path)) {
            std::cerr << "replay: " << path << ": there is no such file or folder\n";
            return 2;
        }
        if (!std::filesystem::is_directory(path)) {
            replay_file(path);
            continue;
        }
        for (const auto& entry : std::filesystem::directory_iterator(path))
            if (entry.is_regular_file()) replay_file(entry.path());
    }
    std::cout << replayed << " inputs\n";
    return replayed > 0 ? 0 : 1;
}
