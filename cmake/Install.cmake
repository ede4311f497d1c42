# cmake --install: headers, libraries, the tool with its manual page, find_package(hogvm), and pkg-config.
include(CMakePackageConfigHelpers)

install(TARGETS hogvm_vm hogvm_stdlib hogvm_rules hogvm_hogvm EXPORT hogvmTargets)
install(DIRECTORY vm/include/hogvm stdlib/include/hogvm rules/include/hogvm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(HOGVM_TOOL)
    install(TARGETS hog)
    install(FILES cli/hog.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/hogvm)
configure_package_config_file(cmake/hogvmConfig.cmake.in hogvmConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(hogvmConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT hogvmTargets NAMESPACE hogvm:: DESTINATION ${package_dir})
install(FILES ${PROJECT_BINARY_DIR}/hogvmConfig.cmake ${PROJECT_BINARY_DIR}/hogvmConfigVersion.cmake DESTINATION ${package_dir})
install(FILES cmake/Dependencies.cmake DESTINATION ${package_dir} RENAME hogvmDependencies.cmake)

file(RELATIVE_PATH HOGVM_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" HOGVM_PC_PREFIX ${HOGVM_PC_PREFIX})
# A static library's user links what it links; a shared one knows by itself.
set(HOGVM_PC_LIBS "-L\${libdir} -lhogvm_rules -lhogvm_stdlib -lhogvm_vm")
if(BUILD_SHARED_LIBS)
    set(HOGVM_PC_PRIVATE .private)
    set(HOGVM_PC_CFLAGS " -DHOGVM_SHARED")
else()
    string(APPEND HOGVM_PC_LIBS " -lboost_json")
endif()
configure_file(cmake/hogvm.pc.in hogvm.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/hogvm.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
