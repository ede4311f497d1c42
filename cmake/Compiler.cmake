# The language, the compilers that know it, and how they are called.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(oldest 12)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    set(oldest 14)
else()
    message(FATAL_ERROR "hogvm builds with GCC 12 or Clang 14, or later ones; this is ${CMAKE_CXX_COMPILER_ID}. "
                        "Choose one: -DCMAKE_CXX_COMPILER=g++")
endif()
if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS oldest)
    message(FATAL_ERROR "hogvm needs ${CMAKE_CXX_COMPILER_ID} ${oldest} or later; ${CMAKE_CXX_COMPILER} is "
                        "${CMAKE_CXX_COMPILER_VERSION}. Choose another: -DCMAKE_CXX_COMPILER=...")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Only what the public headers declare is shown (vm/include/hogvm/visibility.h).
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

option(HOGVM_WERROR "Treat warnings as errors" ${PROJECT_IS_TOP_LEVEL})
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion)
# JavaScript rounds after each operation; where the processor can multiply and add in one, compilers would.
add_compile_options(-ffp-contract=off)
if(HOGVM_WERROR)
    add_compile_options(-Werror)
endif()

set(HOGVM_SANITIZE "" CACHE STRING "Sanitizers, such as address,undefined")
if(HOGVM_SANITIZE)
    add_compile_options(-fsanitize=${HOGVM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${HOGVM_SANITIZE})
    # With sanitizers on, GCC warns of its own std::regex and std::function (GCC's manual: -fsanitize gives false positives).
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_compile_options(-Wno-maybe-uninitialized)
    endif()
endif()

# Optimised builds, which are what is installed: a smashed stack, an overrun buffer or a bent pointer ends the process
# rather than helping who did it. docs/security.md tells what each costs. Not beside sanitizers, which find more.
include(CheckCXXCompilerFlag)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
option(HOGVM_HARDEN "Build with the compiler's and the linker's protections" ON)
if(HOGVM_HARDEN AND NOT HOGVM_SANITIZE)
    foreach(flag -fstack-protector-strong -fstack-clash-protection)
        string(MAKE_C_IDENTIFIER "HOGVM_HAS${flag}" known)
        check_cxx_compiler_flag(${flag} ${known})
        if(${known})
            add_compile_options($<$<NOT:$<CONFIG:Debug>>:${flag}>)
        endif()
    endforeach()
    add_compile_options("$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3>")
    if(CMAKE_EXECUTABLE_FORMAT STREQUAL "ELF")
        add_link_options(LINKER:-z,relro,-z,now,-z,noexecstack)
    endif()
endif()

option(HOGVM_FUZZ "Build the fuzz targets with libFuzzer; without it they replay what is kept" OFF)
if(HOGVM_FUZZ)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        message(FATAL_ERROR "libFuzzer comes with Clang; this is ${CMAKE_CXX_COMPILER_ID}. Try: cmake --preset fuzz")
    endif()
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(HOGVM_CCACHE ccache)
if(HOGVM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${HOGVM_CCACHE})
endif()
