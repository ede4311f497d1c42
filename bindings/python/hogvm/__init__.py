"""A native engine for HogVM bytecode, PostHog's compiled form of Hog."""

from __future__ import annotations

from hogvm._engine import FlagSet, Program, Result, RuleSet, compile_filter
from hogvm.answers import Explanation, FlagAnswer, FlagProblem, Matches, RuleFailure
from hogvm.exceptions import (
    FilterError,
    HogVMException,
    HogVMHostException,
    HogVMInputException,
    HogVMLoadException,
    HogVMMemoryExceededException,
    HogVMRuntimeExceededException,
    RuleError,
    UncaughtHogVMException,
)
from hogvm.execute import BytecodeResult, execute_bytecode

__all__ = [
    "BytecodeResult",
    "Explanation",
    "FilterError",
    "FlagAnswer",
    "FlagProblem",
    "FlagSet",
    "HogVMException",
    "HogVMHostException",
    "HogVMInputException",
    "HogVMLoadException",
    "HogVMMemoryExceededException",
    "HogVMRuntimeExceededException",
    "Matches",
    "Program",
    "Result",
    "RuleError",
    "RuleFailure",
    "RuleSet",
    "UncaughtHogVMException",
    "compile_filter",
    "execute_bytecode",
]
